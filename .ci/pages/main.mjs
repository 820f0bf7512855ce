// Opens the pages of an example service in Chromium, uses them as a reader does, and
// checks that they load nothing from anywhere else. Started by `.ci/browser`.

import { checkDocumentation } from "./docs.mjs";
import { checkJaeger } from "./jaeger.mjs";
import { checkModels } from "./models.mjs";
import { startBrowser } from "./session.mjs";
import { checkTraces } from "./traces.mjs";

const parts = { docs: checkDocumentation, traces: checkTraces, jaeger: checkJaeger, models: checkModels };

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts).filter((part) => part !== "models");
const unknown = wanted.filter((part) => !(part in parts));
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(", ")}: there are ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}

const browser = await startBrowser();
for (const part of wanted) {
  const start = performance.now();
  await parts[part](browser);
  console.log(`        ${part}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
await browser.close();
