// How the page loads: bytes, requests and the time until the overview stands, cold and again, beside /docs in the same
// run. The register is served and filled with the sample already; CHROMIUM names the browser.
//
//   npm install playwright-core@1.65.1
//   REGISTER_URL=http://127.0.0.1:8000 REGISTER_TOKEN=det_… CHROMIUM=/usr/bin/chromium node benchmarks/page.mjs

import { chromium } from "playwright-core";

const { REGISTER_URL: base, REGISTER_TOKEN: token, CHROMIUM: executablePath } = process.env;
const ROUNDS = 7;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

async function loaded(path, ready, rounds) {
  const context = await browser.newContext();
  await context.addInitScript((value) => sessionStorage.setItem("register-token", value), token);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  let requests = 0;
  session.on("Network.loadingFinished", (each) => { bytes += each.encodedDataLength; requests += 1; });
  const found = [];
  for (let round = 0; round < rounds; round += 1) {
    [bytes, requests] = [0, 0];
    const begin = performance.now();
    await page.goto(base + path);
    await page.waitForSelector(ready);
    found.push({ ms: performance.now() - begin, bytes, requests });
  }
  await context.close();
  return found;
}

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
const PAGES = { overview: ["/", "#view .tiles"], docs: ["/docs", "#swagger-ui .opblock-tag"] };
const cold = { overview: [], docs: [] };
const again = {};
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, [path, ready]] of Object.entries(PAGES)) cold[name].push((await loaded(path, ready, 1))[0]);
}
for (const [name, [path, ready]] of Object.entries(PAGES)) again[name] = (await loaded(path, ready, ROUNDS + 1)).slice(1);
for (const [how, rounds] of [["cold", cold], ["again", again]]) {
  for (const name of Object.keys(PAGES)) {
    const [ms, bytes, requests] = ["ms", "bytes", "requests"].map((what) => median(rounds[name].map((each) => each[what])));
    console.log(`${how.padEnd(6)} ${name.padEnd(9)} ${ms.toFixed(0).padStart(6)} ms ${(bytes / 1024).toFixed(0).padStart(6)} KiB ${String(requests).padStart(4)} requests`);
  }
  const [one, other] = ["overview", "docs"].map((name) => median(rounds[name].map((each) => each.ms)));
  console.log(`${how.padEnd(6)} overview takes ${(one / other).toFixed(2)} times as long as docs`);
}
await browser.close();
