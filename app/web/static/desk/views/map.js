// Where in the world: engagement by partner, on a map and in a table.

import { all } from "../api.js";
import { world } from "../charts/world.js";
import { h } from "../dom.js";
import { nameOf, partnerLink, section, table } from "../parts.js";
import { filters, link } from "../state.js";
import { count, plural, plusMonths } from "../words.js";

export const title = "Map of engagement";
export const filtered = true;

const SPANS = { 12: "12 months", 36: "3 years", 60: "5 years", 0: "All years" };
const MOST = 3000; // the newest that are counted

export async function show(state, { now }) {
  const span = Number(state.span ?? 60);
  const from = span ? { starts_from: plusMonths(now, -span) } : {};
  const found = await all("/engagements", { ...filters(state), ...from, fields: "partners", sort: "-starts_on" }, MOST);
  const counts = new Map();
  for (const { partners } of found.items) {
    for (const code of new Set(partners.map((each) => each.partner))) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const rows = [...counts].map(([code, value]) => ({ code, name: nameOf(code), value }));
  rows.sort((one, other) => other.value - one.value || one.name.localeCompare(other.name));
  const { chart, unplaced } = await world(rows);
  return [
    h("p", { class: "choices" }, "Engagements that began in the last: ", Object.entries(SPANS).map(([months, text]) =>
      h("a", { href: link({ ...state, view: "map", span: months }), "aria-current": Number(months) === span ? "true" : null }, text))),
    found.more ? h("p", { class: "lead" }, `Of the newest ${plural(found.items.length, "engagement")}; there are more.`) : null,
    section("By partner", h("div", { class: "map" }, chart),
      unplaced.length ? h("p", { class: "quiet" }, "Without a place on the map: ",
        unplaced.map((each, place) => [place ? ", " : "", partnerLink(each.code), ` (${count(each.value)})`])) : null),
    section("In figures", table("Engagements by partner", ["Partner", "Engagements"],
      rows.map((each) => [partnerLink(each.code), count(each.value)]), "No engagement is recorded in these years.")),
  ];
}
