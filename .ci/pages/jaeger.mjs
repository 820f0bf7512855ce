// The Jaeger UI: what the service was asked is found in it, and it calls nobody.

import { startProxy, startService, takePicture, visit } from "./session.mjs";

// Visits the UI at the service's own address, and behind a reverse proxy.
export async function checkJaeger(browser) {
  const service = await startService("--trace-viewer", "true", "--trace-viewer-from", "anywhere");
  const proxy = await startProxy(service.address);
  await fetch(`${service.address}/v0/api/recommendations?customer_id=7`);
  for (const [name, address] of [
    ["jaeger", service.address],
    ["jaeger, proxied", proxy.address],
  ]) {
    await visit(browser, name, { origin: address }, (page) => findsTrace(page, name, address));
  }
  proxy.stop();
  await service.stop();
}

// Looks for traces, opens one, and has its graph drawn, which needs a worker and WebAssembly.
async function findsTrace(page, name, address) {
  await page.goto(`${address}/jaeger`);
  const service = page.getByRole("combobox").first();
  await service.click();
  await service.fill("recommendations");
  await service.press("Enter");
  await page.getByRole("button", { name: "Find Traces" }).click();
  // The form has an example of a link to two traces, whose ids are dots.
  await page.locator('a[href*="/jaeger/trace/"]:not([href*="..."])').first().click();
  await page.getByText("Trace Start").waitFor();
  await takePicture(page, name);
  await page.getByText("Trace Timeline").first().hover();
  await page.getByText("Trace Graph").first().click();
  await page.locator(".OpNode").first().waitFor();
  // The address of a trace is also one to start at.
  await page.reload();
  await page.getByText("Trace Start").waitFor();
}
