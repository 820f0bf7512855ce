// The trace viewer: what the service was asked is found in its pages, which work by
// keyboard, on a phone, in the dark and behind a proxy.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { AxeBuilder, startProxy, startService, takePicture, visit } from "./session.mjs";

const { WATERFALL } = process.env;
const RECOMMENDATIONS = "GET /v0/api/recommendations";
const RATINGS = "POST /v0/api/ratings";
const UNKNOWN_TRACE = "00000000000000000000000000000abc";

// Visits the pages at a service's own address, and behind a reverse proxy: by default the
// viewer refuses what a proxy passes on.
export async function checkTraces(browser) {
  const local = await startService("--trace-viewer", "true");
  const open = await startService("--trace-viewer", "true", "--trace-viewer-from", "anywhere");
  const refusing = await startProxy(local.address);
  const proxy = await startProxy(open.address);

  await checkPages(browser, "traces", local.address, local.address);
  await checkPages(browser, "traces, proxied", open.address, proxy.address);
  await visit(browser, "traces, refused", { origin: refusing.address }, (page, faults) =>
    isRefused(page, faults, refusing.address),
  );

  proxy.stop();
  refusing.stop();
  await Promise.all([local.stop(), open.stop()]);
}

// `service` is where requests are sent, `address` where their traces are looked at.
async function checkPages(browser, name, service, address) {
  const see = (what, check, options = {}) =>
    visit(browser, `${name}: ${what}`, { origin: address, ...options }, check);

  const empty = { list: "/traces", endpoints: "/traces/endpoints" };
  await looksGood(see, address, `${name} empty`, empty);
  const sent = await sendRequests(service);

  await see("filtering the list", (page) => filters(page, address, sent));
  await see("following live", (page) => followsLive(page, service, address));
  await see("the keyboard", (page) => worksByKeyboard(page, address));
  await see("endpoints", (page) => showsEndpoints(page, address));
  await see("a trace", (page) => showsTrace(page, address, sent.good));
  await see("a log line", (page) => showsLogLine(page, address, sent.rated));
  await see("a refused request's trace", (page) => showsRefusal(page, address, sent.refused));
  await see("an unknown trace", (page, faults) => missesTrace(page, faults, address));
  await looksGood(see, address, name, {
    ...empty,
    faults: "/traces?status=teapot&min=soon&trace=xyz",
    "no match": "/traces?text=no+such+text",
    trace: `/traces/${sent.good.id}`,
    refusal: `/traces/${sent.refused.id}`,
    unknown: `/traces/${UNKNOWN_TRACE}`,
  });
  if (WATERFALL && service === address) {
    const options = { viewport: { width: 1200, height: 900 }, deviceScaleFactor: 2 };
    await see("the waterfall's picture", (page) => picturesTrace(page, service, address), options);
  }
}

async function sendRequests(service) {
  const good = await send(service, "/v0/api/recommendations?customer_id=7&limit=10");
  const refused = await send(service, "/v0/api/ratings", [{ customer_id: 0, item_id: 1, rating: 9.5 }]);
  const missing = await send(service, "/v0/api/items/987654321");
  assert.deepEqual([good.status, refused.status, missing.status], [200, 422, 404]);
  for (const customer of [8, 9, 10]) {
    await send(service, `/v0/api/recommendations?customer_id=${customer}`);
  }
  await send(service, "/v0/api/items/6");
  await send(service, "/v0/api/items?genre=Crime&sort=newest&limit=100");
  const rated = await send(service, "/v0/api/ratings", [{ customer_id: 7, item_id: 6, rating: 4.5 }]);
  return { good, rated, refused, missing };
}

// Sends a request, with a body if one is given, and gives its trace id and the answer.
async function send(service, path, body) {
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(service + path, body && post);
  const id = answer.headers.get("x-trace-id");
  assert.match(id, /^[0-9a-f]{32}$/);
  return { id, status: answer.status, answer: await answer.json() };
}

async function filters(page, address, { good, refused, missing }) {
  await page.goto(`${address}/traces`);
  const all = await rows(page);
  assert.ok(all.length >= 9, `${all.length} traces`);
  const found = async (fields) => {
    await filter(page, fields);
    return await rows(page);
  };

  const recommendations = await found({ Endpoint: RECOMMENDATIONS });
  assert.equal(recommendations.length, 4);
  assert.ok(recommendations.every((row) => row.endpoint === RECOMMENDATIONS));
  assert.deepEqual(ids(await found({ Status: "422" })), [refused.id]);
  assert.deepEqual(ids(await found({ Status: "4xx" })), [missing.id, refused.id]);
  assert.deepEqual(ids(await found({ Text: "must be at least 1" })), [refused.id]);
  assert.deepEqual(ids(await found({ "Trace id": good.id.slice(0, 12) })), [good.id]);
  assert.deepEqual(ids(await found({ Endpoint: RATINGS, Status: "200" })), []);
  await page.getByText("No trace matches").waitFor();

  const slowest = await found({ Order: "slowest" });
  const durations = slowest.map((row) => row.took);
  assert.deepEqual(durations, durations.toSorted((a, b) => b - a));
  const median = durations[durations.length >> 1];
  const slow = await found({ "At least": `${median}us` });
  assert.ok(slow.length > 0 && slow.length < all.length, `${slow.length} of ${all.length}`);
  assert.ok(slow.every((row) => row.took >= median));

  // What cannot be understood is told where it was typed.
  const wrong = { Status: "teapot", "At least": "soon", "Trace id": "xyz" };
  assert.equal((await found(wrong)).length, all.length);
  for (const [label, typed] of Object.entries(wrong)) {
    const field = page.getByLabel(label, { exact: true });
    assert.equal(await field.inputValue(), typed);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const fault = page.locator(`#${await field.getAttribute("aria-describedby")}`);
    assert.match(await fault.innerText(), new RegExp(`“${typed}”`));
  }

  // A whole id leads to its trace.
  await page.goto(`${address}/traces`);
  await page.getByLabel("Trace id").fill(good.id);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/traces/${good.id}`);
}

// Fills the filter of the list with these fields alone, and waits for what it finds.
async function filter(page, fields) {
  await page.getByRole("link", { name: "Clear" }).click();
  await page.waitForURL(/\/traces$/);
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label, { exact: true });
    await (label === "Order" ? field.selectOption(value) : field.fill(value));
  }
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL(/\/traces\?/);
}

// The rows of the list, with durations in microseconds.
async function rows(page) {
  const found = await page.locator(".traces tbody tr").evaluateAll((elements) =>
    elements.map((row) => ({
      id: row.dataset.key,
      endpoint: row.querySelector("th").innerText,
      took: row.querySelector(".took").innerText,
    })),
  );
  return found.map((row) => ({ ...row, took: microseconds(row.took) }));
}

function ids(found) {
  return found.map((row) => row.id);
}

function microseconds(text) {
  const [, number, unit] = text.trim().match(/^([\d.]+) (µs|ms|s)$/) ?? assert.fail(`no duration: ${text}`);
  return Math.round(number * { "µs": 1, ms: 1e3, s: 1e6 }[unit]);
}

async function followsLive(page, service, address) {
  await page.goto(`${address}/traces`);
  await page.evaluate(() => (window.isFirstLoad = true));
  const focused = page.locator(".traces tbody tr").nth(2).getByRole("link");
  const target = await focused.getAttribute("href");
  await focused.focus();
  const hasFocus = () => page.evaluate(() => document.activeElement.getAttribute("href"));

  const first = await send(service, "/v0/api/items/1");
  await row(page, first.id).waitFor();
  assert.equal(await hasFocus(), target, "the focus moved");
  assert.ok(await page.evaluate(() => window.isFirstLoad), "the page was loaded again");

  const live = page.getByRole("button", { name: "Live" });
  await live.focus();
  await page.keyboard.press("Space");
  assert.equal(await live.getAttribute("aria-pressed"), "false");
  const second = await send(service, "/v0/api/items/2");
  // Twice the time between two looks of the page.
  await page.waitForTimeout(4_000);
  assert.equal(await row(page, second.id).count(), 0, "a page that is not live changed");
  await page.keyboard.press("Enter");
  assert.equal(await live.getAttribute("aria-pressed"), "true");
  await row(page, second.id).waitFor();
}

function row(page, id) {
  return page.locator(`tr[data-key="${id}"]`);
}

async function worksByKeyboard(page, address) {
  await page.goto(`${address}/traces`);
  await page.getByRole("button", { name: "Live" }).waitFor();
  const first = await page.locator(".traces tbody a").first().innerText();
  const stops = [];
  while (stops.at(-1) !== first && stops.length < 20) stops.push(await nextStop(page));
  assert.deepEqual(stops, [
    "Skip to the content",
    "Traces",
    "Endpoints",
    "Live",
    "Endpoint",
    "Status",
    "At least",
    "Trace id",
    "Text",
    "Order",
    "Filter",
    "Clear",
    first,
  ]);

  // The link that skips the head of the page shows itself once it has the focus.
  await page.goto(`${address}/traces/endpoints`);
  const skip = page.getByRole("link", { name: "Skip to the content" });
  assert.ok((await skip.boundingBox()).y < 0, "the skip link is always shown");
  await page.keyboard.press("Tab");
  assert.ok((await skip.boundingBox()).y >= 0, "the skip link is not shown");
  await page.keyboard.press("Enter");
  assert.equal(await nextStop(page), "Live");
}

// Presses Tab, and gives the name of what has the focus then.
async function nextStop(page) {
  await page.keyboard.press("Tab");
  return await page.evaluate(() => {
    const focused = document.activeElement;
    return (focused.labels?.[0] ?? focused).innerText.trim();
  });
}

async function showsEndpoints(page, address) {
  await page.goto(`${address}/traces/endpoints`);
  const endpoint = page.locator(`tr[data-key="${RECOMMENDATIONS}"]`);
  const cell = (name) => endpoint.locator(`[data-name="${name}"]`).innerText();
  assert.match(await cell("Rate"), /^(?!0\/)[\d.]+\/s$/);
  assert.equal(await cell("Errors"), "0 %");
  const [p50, p95, p99] = (await Promise.all(["p50", "p95", "p99"].map(cell))).map(microseconds);
  assert.ok(0 < p50 && p50 <= p95 && p95 <= p99, `${p50}, ${p95}, ${p99}`);
  const histogram = endpoint.getByRole("img", { name: /^Durations from about .+ to .+, half of them below/ });
  assert.ok((await histogram.locator("rect.fill").count()) > 0, "the histogram has no bar");

  await endpoint.getByRole("link", { name: RECOMMENDATIONS, exact: true }).click();
  await page.waitForURL(/\/traces\?endpoint=/);
  assert.equal(await page.getByLabel("Endpoint").inputValue(), RECOMMENDATIONS);
  const listed = await rows(page);
  assert.ok(listed.length >= 4 && listed.every((row) => row.endpoint === RECOMMENDATIONS));
}

async function showsTrace(page, address, { id }) {
  await page.goto(`${address}/traces/${id}`);
  await page.getByRole("heading", { name: RECOMMENDATIONS, level: 1 }).waitFor();

  const request = span(page, "depth-0", RECOMMENDATIONS);
  const called = span(page, "depth-1", "get_recommendations");
  assert.equal(await page.locator(".spans > li").first().getAttribute("class"), "depth-0");
  const within = span(page, "depth-2", "rank");
  const bars = await Promise.all([request, called, within].map(bar));
  for (const [outer, inner] of [bars.slice(0, 2), bars.slice(1)]) {
    assert.ok(outer.y < inner.y, "a span is not below the one that it is part of");
    const end = inner.x + inner.width;
    assert.ok(outer.x <= inner.x + 1 && end <= outer.x + outer.width + 1, "a bar sticks out");
  }

  // What is known of a span unfolds by keyboard.
  await request.locator("summary").focus();
  await page.keyboard.press("Enter");
  const attribute = request.getByRole("row", { name: "http.route" }).getByRole("cell");
  assert.equal(await attribute.innerText(), "/v0/api/recommendations");
  await request.locator(".lines").getByText("answered", { exact: true }).waitFor();

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download OTLP JSON" }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), `trace-${id}.json`);
  const document = JSON.parse(await readFile(await download.path(), "utf8"));
  const spans = document.resourceSpans.flatMap((of) => of.scopeSpans.flatMap((scope) => scope.spans));
  assert.ok(spans.length >= 2 && spans.every((span) => span.traceId === id));

  await page.getByRole("link", { name: "Traces of this endpoint" }).click();
  await page.waitForURL(/\/traces\?endpoint=/);
  await row(page, id).waitFor();
}

function span(page, depth, name) {
  const named = page.locator("summary .text").getByText(name, { exact: true });
  return page.locator(`.spans > li.${depth}`).filter({ has: named });
}

function bar(span) {
  return span.locator("summary rect.fill").boundingBox();
}

// What a function logs is told with the span of its call.
async function showsLogLine(page, address, { id, answer }) {
  await page.goto(`${address}/traces?text=ratings+taken`);
  assert.deepEqual(ids(await rows(page)), [id]);
  await row(page, id).getByRole("link").click();
  const called = span(page, "depth-1", "rate_items");
  await called.locator("summary").click();
  const line = await called.getByRole("row", { name: "ratings taken" }).innerText();
  assert.match(line, new RegExp(`INFO.*added=${answer.added} replaced=${answer.replaced}`, "s"));
}

async function showsRefusal(page, address, { id, answer }) {
  await page.goto(`${address}/traces/${id}`);
  const violations = page.locator(".event").filter({ hasText: "violation" });
  assert.equal(await violations.count(), answer.violations.length);
  for (const [number, { pointer }] of answer.violations.entries()) {
    const row = violations.nth(number).getByRole("row", { name: "violation.pointer" });
    assert.equal(await row.getByRole("cell").innerText(), pointer);
  }
  await page.getByRole("link", { name: "Problem that was sent" }).click();
  const problem = page.getByRole("region", { name: "Problem that was sent" }).locator("pre");
  assert.deepEqual(JSON.parse(await problem.innerText()), answer);
}

async function missesTrace(page, faults, address) {
  const url = `${address}/traces/${UNKNOWN_TRACE}`;
  faults.expectedAnswer = { status: 404, url };
  assert.equal((await page.goto(url)).status(), 404);
  await page.getByRole("heading", { name: "This trace is not here" }).waitFor();
  await page.getByRole("link", { name: "Show the traces that are kept" }).click();
  await page.waitForURL(/\/traces$/);
}

async function isRefused(page, faults, address) {
  const url = `${address}/traces`;
  faults.expectedAnswer = { status: 403, url };
  const answer = await page.goto(url);
  assert.equal(answer.status(), 403);
  assert.equal(answer.headers()["content-type"], "application/problem+json");
  const { detail } = await answer.json();
  assert.match(detail, /is for the host `service\.test.*trace_viewer_from = "anywhere"/);
}

// Looks at pages on a desktop and a phone, in the light and in the dark.
async function looksGood(see, address, name, paths) {
  const settings = ["light", "dark"].flatMap((scheme) => [1280, 360].map((width) => [scheme, width]));
  const looks = settings.map(([colorScheme, width]) => {
    const look = async (page, faults) => {
      for (const [what, path] of Object.entries(paths)) {
        if (path.endsWith(UNKNOWN_TRACE)) faults.expectedAnswer = { status: 404, url: address + path };
        await page.goto(address + path);
        await unfold(page.locator(".spans details"));
        await takePicture(page, `${name} ${what} ${colorScheme} ${width}`, { fullPage: true });
        await isAccessible(page, what);
        await fits(page, what);
      }
    };
    const options = { colorScheme, viewport: { width, height: 800 } };
    return see(`${Object.keys(paths).join(", ")}, ${colorScheme}, ${width} px`, look, options);
  });
  await Promise.all(looks);
}

function unfold(spans) {
  return spans.evaluateAll((elements) => elements.forEach((element) => (element.open = true)));
}

async function isAccessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${what}: axe finds ${id} in ${node.html}\n${node.failureSummary}`),
  );
  assert.ok(told.length === 0, told.join("\n"));
}

// A page scrolls in one direction only.
async function fits(page, what) {
  const { width, shown } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    shown: document.documentElement.clientWidth,
  }));
  assert.ok(width <= shown, `${what} is ${width} px wide, of which ${shown} px are shown`);
}

// Saves the picture that the example's README shows: a request, with the span of its
// function unfolded.
async function picturesTrace(page, service, address) {
  const { id } = await send(service, "/v0/api/recommendations?customer_id=7&limit=10");
  await page.goto(`${address}/traces/${id}`);
  await unfold(span(page, "depth-1", "get_recommendations").locator("details"));
  const { x, y, width, height } = await page.locator("main").boundingBox();
  // Less the space at the end of a page.
  const clip = { x, y, width, height: height - 40 };
  await page.screenshot({ path: WATERFALL, clip, fullPage: true });
}
