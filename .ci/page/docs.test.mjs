// What somebody does with the page of the API: give a token, open an operation, try it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BASE, launch, opened, violations } from "./browser.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test("an operation is found, read and tried, and nothing is asked of another host", async (t) => {
  const { page, seen } = await opened(t, browser);
  await page.goto(`${BASE}/docs`);
  await page.click("button.authorize");
  await page.fill(".modal-ux input", process.env.REGISTER_TOKEN);
  await page.click(".modal-ux button.authorize");
  await page.click(".modal-ux button.btn-done");
  await page.click("h3[data-tag='Engagements'] button");

  const list = page.locator("#operations-Engagements-list_visits");
  await list.locator(".opblock-summary-control").click();
  await list.getByText("How many records a page holds").first().waitFor();
  await list.locator("button.execute").click();
  await list.locator(".live-responses-table td.response-col_status", { hasText: "200" }).waitFor();
  await list.locator(".live-responses-table", { hasText: "VIS-20" }).waitFor();

  const create = page.locator("#operations-Engagements-create_visits");
  await create.locator(".opblock-summary-control").click();
  const body = create.locator("textarea.body-param__text");
  assert.equal(typeof JSON.parse(await body.inputValue()).title, "string", "an example stands there to begin with");
  await body.fill('{"title": "Tried from the page"}');
  await create.locator("button.execute").click();
  await create.locator(".live-responses-table td.response-col_status", { hasText: "422" }).waitFor();
  await create.locator(".live-responses-table", { hasText: "/starts_on" }).waitFor();

  // Swagger UI has a main landmark within the page's own; `group` is the lesser evil, though `main` may not have it.
  assert.deepEqual((await violations(page)).filter((each) => !each.startsWith("aria-allowed-role")), []);
  assert.deepEqual(seen.outside, []);
  // The 422 that was meant, and what Swagger UI says of lists of ids whether it is asked to or not.
  assert.deepEqual(seen.console.filter((each) => !/status of 422|Could not find component/.test(each)), []);
});
