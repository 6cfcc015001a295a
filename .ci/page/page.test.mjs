// What somebody does with the page, in a real browser against a served demonstration.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { BASE, launch, opened, settled, signedIn, tooWide, view, violations } from "./browser.mjs";

const VIEWS = {
  overview: "", calendar: "?view=calendar&on=2024-10-01", map: "?view=map&span=0",
  partners: "?view=partners", melanesia: "?view=partners&region=Melanesia", calendars: "?view=calendars&partner=FJ",
  partner: "?view=partner&code=FJ", institution: "?view=partner&code=SPDMM", coverage: "?view=coverage", late: "?view=late",
  list: "?view=engagements&partner=JP", search: "?view=search&q=tonga",
};

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [width, theme] of [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]]) {
  test(`every view at ${width} pixels, ${theme}: accessible, within its width, silent, and from this server`, async (t) => {
    const { page, seen } = await opened(t, browser, { width, theme });
    assert.deepEqual(await (async () => { await page.goto(`${BASE}/`); return violations(page); })(), []);
    await signedIn(page);
    for (const [name, query] of Object.entries(VIEWS)) {
      await view(page, query);
      assert.deepEqual(await violations(page), [], name);
      assert.equal(await tooWide(page), false, `${name} is wider than the screen`);
      assert.equal(await page.locator("#said").textContent(), "", name);
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${width}-${theme}.png`, fullPage: true });
    }
    assert.deepEqual(seen, { console: [], outside: [] });
  });
}

test("when a minister last met Fiji's is on its page", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await page.getByRole("searchbox").fill("Fiji");
  await page.keyboard.press("Enter");
  await settled(page);
  await page.getByRole("link", { name: "Fiji", exact: true }).first().click();
  await settled(page);
  assert.equal(await page.locator("h1").textContent(), "Fiji");
  const row = page.getByRole("row", { name: /^Ministerial/ });
  assert.match(await row.textContent(), /\d{4}/);
});

test("what is on in a month, which priorities are behind, and what we owe Japan, are told in words", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await view(page, "?view=calendar&on=2024-10-01");
  assert.match(await page.locator(".calendar").textContent(), /South Pacific Defence Ministers' Meeting 2024/);
  await view(page, "?view=coverage");
  assert.match(await page.locator(".lead").textContent(), /behind/);
  await view(page, "?view=partner&code=JP");
  assert.match(await page.locator("section", { hasText: "Open commitments" }).first().textContent(), /open|due|owe/i);
});

test("a view with its filters can be sent by its address", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await view(page, "?view=engagements");
  await page.getByText("Filters").click();
  await page.getByLabel("Kind").selectOption("exercise");
  await page.getByLabel("Partner").selectOption("JP");
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForFunction(() => location.search.includes("kind=exercise"));
  await settled(page);
  const told = await page.locator(".items").textContent();
  assert.match(told, /Talisman Sabre/);
  assert.doesNotMatch(told, /Shangri-La/);
  const address = page.url();
  await page.goBack();
  await settled(page);
  await page.goto(address);
  await settled(page);
  assert.equal(await page.locator(".items").textContent(), told);
});

test("filters are saved under a name, and used by it", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await view(page, "?view=engagements&kind=exercise&partner=JP");
  const found = await page.locator(".items").textContent();
  await page.getByLabel("Save these filters as").fill(`Exercises with Japan ${Date.now()}`);
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForFunction(() => location.search.includes("saved=exercises-with-japan-"));
  await settled(page);
  assert.equal(await page.locator(".items").textContent(), found);
  await page.reload();
  await settled(page);
  assert.match(await page.getByLabel("Saved").locator("option:checked").textContent(), /^Exercises with Japan/);
});

test("the list is taken as a spreadsheet", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await view(page, "?view=engagements&partner=JP");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Take as a spreadsheet" }).click()]);
  assert.equal(file.suggestedFilename(), "engagements.xlsx");
  assert.equal(readFileSync(await file.path()).subarray(0, 2).toString(), "PK");
});

test("a calendar is subscribed, and revoked", async (t) => {
  const { page, seen } = await opened(t, browser);
  await signedIn(page);
  await view(page, "?view=calendars&kind=deployment");
  const name = `Deployments ${Date.now()}`;
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Make it" }).click();
  const address = await page.locator("code.secret").textContent();
  const calendar = await (await fetch(address)).text();
  assert.match(calendar, /^BEGIN:VCALENDAR\r\n/);
  assert.ok(calendar.includes(`X-WR-CALNAME:${name}`));
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("row", { name: new RegExp(`^${name}.*Gone`) }).waitFor();
  assert.equal((await fetch(address)).status, 404);
  assert.deepEqual(seen, { console: [], outside: [] });
});

test("it can be used by keyboard alone", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.type("talisman");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("h1").textContent.startsWith("Search"));
  await view(page, "");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("a wrong token is told, and signing out forgets the right one", async (t) => {
  const { page } = await opened(t, browser);
  await page.goto(`${BASE}/`);
  await page.getByLabel("Token").fill("det_wrong");
  await page.locator("form.sign-in button").click();
  await page.waitForFunction(() => document.getElementById("said").textContent !== "");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await signedIn(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.doesNotMatch(await page.locator("body").textContent(), /This week/);
});

test("what changes elsewhere is shown without being asked for", async (t) => {
  const word = `zz${Date.now()}`;
  const { page } = await opened(t, browser);
  await signedIn(page);
  await view(page, `?view=engagements&q=${word}`);
  assert.match(await page.locator("#view").textContent(), /Nothing is found/);
  const answer = await fetch(`${BASE}/api/v1/visits`, {
    method: "POST",
    headers: { Authorization: `Bearer ${process.env.REGISTER_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ title: word, direction: "inbound", starts_on: "2027-01-11", partners: ["JP"] }),
  });
  assert.equal(answer.status, 201);
  await page.waitForFunction((wanted) => document.getElementById("view").textContent.includes(wanted), word, { timeout: 15000 });
});

test("what somebody wrote never becomes markup", async (t) => {
  const { page, seen } = await opened(t, browser);
  const title = `<img src=x onerror="document.title='taken'"> zzhostile`;
  const answer = await fetch(`${BASE}/api/v1/visits`, {
    method: "POST",
    headers: { Authorization: `Bearer ${process.env.REGISTER_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ title, summary: title, direction: "inbound", starts_on: "2026-12-01", partners: ["JP"], country: "NZ" }),
  });
  assert.equal(answer.status, 201);
  const { reference } = await answer.json();
  await signedIn(page);
  for (const query of ["", "?view=calendar&on=2026-12-01", "?view=search&q=zzhostile", `?view=engagement&key=${reference}`]) {
    await view(page, query);
    assert.equal(await page.locator("#view img").count(), 0, query);
    assert.match(await page.locator("#view").textContent(), /<img src=x/, query);
  }
  assert.deepEqual(seen.console, []);
});

test("it prints without what is only for the screen", async (t) => {
  const { page } = await opened(t, browser);
  await signedIn(page);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("header.desk").isVisible(), false);
  assert.ok((await page.pdf({ format: "A4" })).length > 10000);
});
