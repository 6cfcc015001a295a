// The list, as the filters have it, with a way into a spreadsheet.

import { ask } from "../api.js";
import { h } from "../dom.js";
import { engagementList, section } from "../parts.js";
import { filters, link } from "../state.js";
import { plural } from "../words.js";

export const title = "Engagements";
export const filtered = true;

export async function show(state, { taken, me }) {
  const asked = { ...filters(state), sort: state.q ? undefined : state.sort ?? "-starts_on", limit: 100, count: "capped" };
  const page = await ask("/engagements", { ...asked, cursor: state.cursor });
  const cursor = page.next && new URL(page.next).searchParams.get("cursor");
  const { limit, count, ...listed } = asked;
  const may = me.permissions.includes("export");
  return [
    h("p", { class: "choices" },
      `${page.total > 1000 ? "More than 1,000" : plural(page.total, "engagement")} `,
      may ? ["csv", "xlsx"].map((format) =>
        h("button", { type: "button", onclick: (click) => taken(click.currentTarget, "/engagements/export", { ...listed, format }, `engagements.${format}`) }, `Take as ${format.toUpperCase()}`)) : null),
    section("The list", engagementList(page.items, "Nothing is found."),
      cursor ? h("p", {}, h("a", { href: link({ ...state, view: "engagements", cursor }) }, "Further")) : null),
  ];
}
