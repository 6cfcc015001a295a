// A browser that watches what a page does: what it asks of whom, and what it says on its console.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const BASE = process.env.REGISTER_URL;
const TOKEN = process.env.REGISTER_TOKEN;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

export async function opened(t, browser, { width = 1280, theme = "light", locale = "en-NZ" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, locale });
  t.after(() => context.close());
  const page = await context.newPage();
  const seen = { console: [], outside: [] };
  page.on("console", (said) => ["error", "warning"].includes(said.type()) && seen.console.push(said.text()));
  page.on("pageerror", (error) => seen.console.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(BASE) && !/^(data|blob):/.test(request.url())) seen.outside.push(request.url());
  });
  return { page, seen };
}

export async function signedIn(page) {
  await page.goto(`${BASE}/`);
  await page.getByLabel("Token").fill(TOKEN);
  await page.locator("form.sign-in button").click();
  await settled(page);
}

export async function view(page, query) {
  await page.goto(`${BASE}/${query}`);
  await settled(page);
}

export async function settled(page) {
  await page.waitForSelector("body[data-signed-in]");
  await page.waitForSelector("#view:not([aria-busy]) > *");
  await page.waitForTimeout(400); // what is drawn after it is shown
}

export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
}

export function tooWide(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}
