// What every part of the check needs: a service to look at, a reverse proxy before it, a
// browser, and visits that notice what must not happen.

import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { BINARY, CHROMIUM, NODE_TOOLS, SCREENSHOTS } = process.env;
const installed = createRequire(join(NODE_TOOLS, "package.json"));
const { chromium } = installed("playwright-core");
export const { AxeBuilder } = installed("@axe-core/playwright");

// Where a proxied service is: at another name and under a prefix. Some pages behave
// otherwise at an address that looks like a developer's own machine.
const NAME = "service.test";
const PREFIX = "/some/prefix";

export function startBrowser() {
  return chromium.launch({
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
      `--host-resolver-rules=MAP ${NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
    ],
  });
}

// Starts the example on a free port, and gives its address and how to end it.
export async function startService(...flags) {
  const service = spawn(BINARY, ["--bind", "127.0.0.1:0", ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(service, "exit");
  // Also where the check breaks off.
  process.on("exit", () => service.kill("SIGKILL"));
  const lines = createInterface({ input: service.stderr });
  const said = [];
  const address = await new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      const found = line.match(/listening on (http:\/\/127\.0\.0\.1:\d+)/);
      if (found) resolve(found[1]);
      else said.push(line);
    });
    lines.on("close", () => reject(new Error(`the service did not start:\n${said.join("\n")}`)));
  });
  const stop = async () => {
    service.kill("SIGTERM");
    await ended;
  };
  return { address, stop };
}

// A reverse proxy on a free port, which takes the prefix off and passes the rest on.
export async function startProxy(base) {
  const server = http.createServer((request, response) => {
    if (!request.url.startsWith(`${PREFIX}/`)) {
      // Where a page names no icon, the browser asks for this one.
      response.writeHead(request.url === "/favicon.ico" ? 204 : 404).end();
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
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return { address: `http://${NAME}:${port}${PREFIX}`, stop: () => server.close() };
}

// Opens a page of its own browsing session, checks it, and says how it went. The check is
// given the page, and the faults that it found.
export async function visit(browser, name, { origin, ...options }, check) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  context.setDefaultTimeout(30_000);
  const faults = watch(context, new URL(origin).origin);
  const page = await context.newPage();
  try {
    await check(page, faults);
  } catch (error) {
    faults.list.push(error.message);
    await takePicture(page, `failed ${name}`);
  } finally {
    await context.close();
  }
  if (faults.list.length === 0) {
    console.log(`ok      ${name}`);
  } else {
    process.exitCode = 1;
    console.log(`FAILED  ${name}\n${faults.list.join("\n")}\n`);
  }
}

// Saves a picture of a page where pictures are wanted.
export async function takePicture(page, name, options = {}) {
  if (!SCREENSHOTS) return;
  const file = `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.png`;
  await page.screenshot({ path: join(SCREENSHOTS, file), ...options });
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

// An operation on the page of Swagger UI.
export function swaggerOperation(page, operation) {
  const id = page.locator(".opblock-summary-operation-id");
  return page.locator(".opblock").filter({ has: id.getByText(operation.operationId, { exact: true }) });
}

// Sends the filled form of an operation, and gives the status under "Server response".
export async function swaggerExecute(page, operation) {
  await operation.locator(".execute").click();
  const answer = operation.locator(".live-responses-table tbody .response-col_status").first();
  await answer.waitFor();
  return (await answer.innerText()).trim();
}
