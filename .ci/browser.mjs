// Opens the documentation pages of a running service in Chromium, uses them as a reader
// does, and checks that they load nothing from anywhere else. Started by `.ci/browser`.

import assert from "node:assert/strict";
import http from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const base = process.argv[2];
const { CHROMIUM, NODE_TOOLS, SCREENSHOTS } = process.env;
const { chromium } = createRequire(join(NODE_TOOLS, "package.json"))("playwright-core");

// What the pages show is compared with the document that they are made from.
const description = await (await fetch(`${base}/openapi.json`)).json();
const recommend = description.paths["/v0/api/recommendations"].get;
const rate = description.paths["/v0/api/ratings"].post;
assert.equal(recommend.operationId, "get_recommendations");
assert.ok(recommend.summary, "get_recommendations has no summary to look for");

// The pages are opened twice: at the service's own address, and behind a reverse proxy,
// at another name and under a prefix. Some pages behave otherwise at an address that
// looks like a developer's own machine: they are to be silent at any address.
const NAME = "service.test";
const PREFIX = "/some/prefix";
const proxy = await startProxy();
const proxied = `http://${NAME}:${proxy.address().port}${PREFIX}`;

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // No other host has an address, so that even a missed request can't leave.
    `--host-resolver-rules=MAP ${NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE ${new URL(base).hostname}`,
  ],
});

const pages = [
  ["docs", swaggerAnswers, swaggerShows],
  ["docs/redoc", redocShows, redocShows],
  ["docs/scalar", scalarShows, scalarShows],
  ["docs/rapidoc", rapidocShows, rapidocShows],
];
await Promise.all(
  pages.flatMap(([path, checkPage, checkProxied]) => [
    visit(path, base, checkPage),
    visit(path, proxied, checkProxied),
  ]),
);
await browser.close();
proxy.close();

// Visits a page and says how it went.
async function visit(path, address, check) {
  try {
    await visitPage(path, address, check);
    console.log(`ok      ${address}/${path}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED  ${address}/${path}\n${error.message}\n`);
  }
}

// Opens a page of its own browsing session, checks it, and then that it was silent.
async function visitPage(path, address, check) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  context.setDefaultTimeout(30_000);
  const faults = watch(context, new URL(address).origin);
  const page = await context.newPage();
  try {
    await page.goto(`${address}/${path}`);
    assert.equal(await page.title(), description.info.title);
    await check(page, faults);
    await checkLinks(page);
    // OpenTelemetry, which one of the pages reports its use with, collects for five
    // seconds before it sends.
    await page.waitForTimeout(7_000);
  } catch (error) {
    faults.list.push(error.message);
  } finally {
    const shot = `${path.replace("/", "-")}${address === base ? "" : "-proxied"}.png`;
    if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, shot) });
    await context.close();
  }
  if (faults.list.length > 0) throw new Error(faults.list.join("\n"));
}

// Collects what must not happen while the pages of `context` are open.
function watch(context, origin) {
  const faults = { list: [], expectedAnswer: undefined };
  const fault = (text) => faults.list.push(text);
  const isForeign = (address) =>
    !/^(data|blob|about):/.test(address) && new URL(address).origin !== origin;

  context.on("request", (request) => {
    if (isForeign(request.url())) fault(`request to another host: ${request.url()}`);
  });
  context.on("response", (response) => {
    const { status, url } = faults.expectedAnswer ?? {};
    if (response.status() >= 400 && !(response.status() === status && response.url() === url)) {
      fault(`answered with ${response.status()}: ${response.url()}`);
    }
  });
  context.on("console", (message) => {
    // The browser reports each answer of 400 and above as an error.
    const expected = message.location().url === faults.expectedAnswer?.url;
    if (message.type() === "error" && !expected) fault(`console error: ${message.text()}`);
  });
  context.on("weberror", (error) => fault(`uncaught error: ${error.error()}`));
  context.on("page", (page) => {
    page.on("websocket", (socket) => fault(`web socket: ${socket.url()}`));
  });
  return faults;
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

function swaggerOperation(page, operation) {
  const id = page.locator(".opblock-summary-operation-id");
  return page.locator(".opblock").filter({ has: id.getByText(operation.operationId, { exact: true }) });
}

// Sends the filled form of an operation, and gives the status under "Server response".
async function swaggerExecute(page, operation) {
  await operation.locator(".execute").click();
  const answer = operation.locator(".live-responses-table tbody .response-col_status").first();
  await answer.waitFor();
  return (await answer.innerText()).trim();
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

// A reverse proxy on a free port, which takes the prefix off and passes the rest on.
function startProxy() {
  const server = http.createServer((request, response) => {
    if (!request.url.startsWith(`${PREFIX}/`)) {
      response.writeHead(404).end("not under the prefix");
      return;
    }
    const { method, headers } = request;
    const onward = http.request(base + request.url.slice(PREFIX.length), { method, headers });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
