// The list, as the filters have it.

import { ask, cursorOf } from "../api.js";
import { h } from "../dom.js";
import { engagementList, section } from "../parts.js";
import { filters, link } from "../state.js";
import { plural } from "../words.js";

export const title = "Engagements";
export const filtered = true;

const FORMATS = { xlsx: "Take as a spreadsheet", csv: "Take as CSV" };

export async function show(state, { taken }) {
  const asked = { ...filters(state), sort: state.q ? undefined : state.sort ?? "-starts_on", limit: 100, count: "capped" };
  const page = await ask("/engagements", { ...asked, cursor: state.cursor });
  const cursor = cursorOf(page);
  return [
    h("p", { class: "choices" }, page.total > 1000 ? "More than 1,000" : plural(page.total, "engagement"),
      page.total ? Object.entries(FORMATS).map(([format, text]) => h("button", {
        type: "button",
        onclick: (click) => taken(click.currentTarget, "/engagements/export", { ...filters(state), format }, `engagements.${format}`),
      }, text)) : null),
    section("The list", engagementList(page.items, "Nothing is found."),
      cursor ? h("p", {}, h("a", { href: link({ ...state, view: "engagements", cursor }) }, "Further")) : null),
  ];
}
