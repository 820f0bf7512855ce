// The documentation pages: each shows the operations of the document, and calls nobody.

import assert from "node:assert/strict";

import { startProxy, startService, swaggerExecute, swaggerOperation, takePicture, visit } from "./session.mjs";

// What the pages show is compared with the document that they are made from.
let base, description, recommend, rate;

// Opens each page at the service's own address and behind a reverse proxy: they are to be
// silent at any address.
export async function checkDocumentation(browser) {
  const service = await startService();
  const proxy = await startProxy(service.address);
  base = service.address;
  description = await (await fetch(`${base}/openapi.json`)).json();
  recommend = description.paths["/v0/api/recommendations"].get;
  rate = description.paths["/v0/api/ratings"].post;
  assert.equal(recommend.operationId, "get_recommendations");
  assert.ok(recommend.summary, "get_recommendations has no summary to look for");

  const pages = [
    ["docs", swaggerAnswers, swaggerShows],
    ["docs/redoc", redocShows, redocShows],
    ["docs/scalar", scalarShows, scalarShows],
    ["docs/rapidoc", rapidocShows, rapidocShows],
  ];
  await Promise.all(
    pages.flatMap(([path, checkPage, checkProxied]) => [
      visitPage(browser, path, base, checkPage),
      visitPage(browser, path, proxy.address, checkProxied),
    ]),
  );
  proxy.stop();
  await service.stop();
}

// Opens a page, checks it, and then that it was silent.
function visitPage(browser, path, address, check) {
  const name = `${path}${address === base ? "" : ", proxied"}`;
  return visit(browser, name, { origin: address }, async (page, faults) => {
    await page.goto(`${address}/${path}`);
    assert.equal(await page.title(), description.info.title);
    await check(page, faults);
    await checkLinks(page);
    // OpenTelemetry, which one of the pages reports its use with, collects for five
    // seconds before it sends.
    await page.waitForTimeout(7_000);
    await takePicture(page, name);
  });
}

// A link such as `preconnect` reaches another host without a request that shows.
async function checkLinks(page) {
  const links = await page.locator("link[href]").evaluateAll((elements) =>
    elements.map((element) => element.href).filter((address) => !address.startsWith("data:")),
  );
  const origin = new URL(page.url()).origin;
  assert.deepEqual(links.filter((link) => new URL(link).origin !== origin), []);
}

async function swaggerShows(page) {
  await page.locator(".info .title").getByText(description.info.title).waitFor();
  await swaggerOperation(page, recommend).waitFor();
}

async function swaggerAnswers(page, faults) {
  await swaggerShows(page);

  const recommendations = swaggerOperation(page, recommend);
  await recommendations.locator(".opblock-summary-control").click();
  await recommendations.locator('[data-param-name="customer_id"] input').fill("7");
  assert.equal(await swaggerExecute(page, recommendations), "200");

  // The page keeps to the document: a limit above the maximum is not sent at all.
  await recommendations.locator('[data-param-name="limit"] input').fill("1000");
  await recommendations.locator(".execute").click();
  await recommendations.locator('[data-param-name="limit"] input.invalid').waitFor();

  // It does not check bodies: here it is the service that says no.
  const ratings = swaggerOperation(page, rate);
  await ratings.locator(".opblock-summary-control").click();
  await ratings
    .locator("textarea.body-param__text")
    .fill('[{"customer_id": 7, "item_id": 1, "rating": 9.5}]');
  faults.expectedAnswer = { status: 422, url: `${base}/v0/api/ratings` };
  assert.equal(await swaggerExecute(page, ratings), "422");
  await ratings.locator(".live-responses-table").getByText("violations").first().waitFor();
}

async function redocShows(page) {
  await page.getByRole("heading", { name: description.info.title }).first().waitFor();
  // An operation unfolds when it is chosen.
  await page.getByRole("link", { name: "/v0/api/recommendations" }).first().click();
  await page.getByRole("heading", { name: recommend.summary }).waitFor();
  await page.getByText("customer_id").first().waitFor();
}

async function scalarShows(page) {
  await page.getByRole("heading", { name: description.info.title }).first().waitFor();
  // The operations of a tag are drawn when the tag is unfolded.
  await page.getByRole("button", { name: recommend.tags[0] }).first().click();
  await page.getByRole("link", { name: recommend.summary }).first().click();
  await page.getByRole("heading", { name: recommend.summary }).first().waitFor();
  await visibleText(page, "customer_id").waitFor();
}

async function rapidocShows(page) {
  await page.getByText(description.info.title).first().waitFor();
  await page.getByRole("heading", { name: recommend.summary }).first().waitFor();
  await visibleText(page, "customer_id").waitFor();
}

// The name may also stand in examples that are folded away.
function visibleText(page, text) {
  return page.getByText(text).filter({ visible: true }).first();
}
