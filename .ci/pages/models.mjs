// The pages of a service with models: the documentation predicts, and the viewer tells of it.

import assert from "node:assert/strict";

import { startService, swaggerExecute, swaggerOperation, takePicture, visit } from "./session.mjs";

const PATH = "/v0/models/churn/predict_proba";

// Predicts from the documentation page as a reader does, with the example that stands there and
// with a broken one, and then looks for what was asked on the page of the models.
export async function checkModels(browser) {
  const service = await startService();
  const base = service.address;
  const description = await (await fetch(`${base}/openapi.json`)).json();
  const predict = description.paths[PATH].post;

  await visit(browser, "docs, predicting", { origin: base }, async (page, faults) => {
    await page.goto(`${base}/docs`);
    const operation = swaggerOperation(page, predict);
    await operation.locator(".opblock-summary-control").click();

    const body = operation.locator("textarea.body-param__text");
    const example = JSON.parse(await body.inputValue());
    assert.ok(example.rows.length > 0, "the page shows no rows to begin with");
    assert.equal(await swaggerExecute(page, operation), "200");
    const answer = operation.locator(".live-responses-table .highlight-code code").first();
    const chances = JSON.parse(await answer.innerText());
    assert.deepEqual(chances.map((row) => Object.keys(row)), example.rows.map(() => ["No", "Yes"]));
    await takePicture(page, "docs, predicting");

    example.rows[0].tenure = "long";
    await body.fill(JSON.stringify(example));
    faults.expectedAnswer = { status: 422, url: `${base}${PATH}` };
    assert.equal(await swaggerExecute(page, operation), "422");
    await operation.locator(".live-responses-table").getByText("tenure").first().waitFor();
  });

  await visit(browser, "traces, models", { origin: base }, async (page) => {
    await page.goto(`${base}/traces/models`);
    await page.getByRole("link", { name: "churn" }).first().click();
    await page.getByText("predict_proba").first().waitFor();
    await takePicture(page, "traces, models");
  });
  await service.stop();
}
