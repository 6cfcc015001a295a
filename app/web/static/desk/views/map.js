// Where in the world: engagement by partner, on a map and in a table.

import { ask } from "../api.js";
import { world } from "../charts/world.js";
import { h } from "../dom.js";
import { partnerLink, section, table } from "../parts.js";
import { filters, link } from "../state.js";
import { count, plusMonths } from "../words.js";

export const title = "Map of engagement";
export const filtered = true;

const SPANS = { 12: "12 months", 36: "3 years", 60: "5 years", 0: "All years" };

export async function show(state, { now }) {
  const span = Number(state.span ?? 60);
  const from = span ? { starts_from: plusMonths(now, -span) } : {};
  const found = await ask("/statistics", { ...filters(state), ...from, group_by: "partner" });
  const rows = found.items.filter(({ keys }) => keys.partner)
    .map(({ keys, label, value }) => ({ code: keys.partner, name: label.partner, value }));
  const { chart, unplaced } = await world(rows);
  return [
    h("p", { class: "choices" }, "Engagements that began in the last: ", Object.entries(SPANS).map(([months, text]) =>
      h("a", { href: link({ ...state, view: "map", span: months }), "aria-current": Number(months) === span ? "true" : null }, text))),
    section("By partner", h("div", { class: "map" }, chart),
      unplaced.length ? h("p", { class: "quiet" }, "Without a place on the map: ",
        unplaced.map((each, place) => [place ? ", " : "", partnerLink(each.code), ` (${count(each.value)})`])) : null),
    section("In figures", table("Engagements by partner", ["Partner", "Engagements"],
      rows.map((each) => [partnerLink(each.code), count(each.value)]), "No engagement is recorded in these years.")),
  ];
}
