// All partners: who last met whom at what level, when next, and whose turn it is to host.

import { ask, cursorOf } from "../api.js";
import { h } from "../dom.js";
import { met, partnerLink, section, standing, table } from "../parts.js";
import { link } from "../state.js";
import { LEVELS, plusMonths, words } from "../words.js";

export const title = "Partners";

const REGIONS = ["Melanesia", "Polynesia", "Micronesia", "Oceania", "Asia", "Americas", "Europe", "Africa"];
const TURNS = { home: "Ours", partner: "Theirs" };

const MOST = 50; // partners on a page

// Those with whom there was most in five years come first; there are countries with whom there is nothing to tell.
async function engaged(now) {
  const found = await ask("/statistics", { group_by: "partner", starts_from: plusMonths(now, -60) });
  const codes = found.items.map(({ keys }) => keys.partner).filter(Boolean).slice(0, MOST);
  if (!codes.length) return { items: [], next: null };
  const { items } = await ask("/cadence", { partner: codes, limit: MOST });
  return { items: items.sort((one, other) => codes.indexOf(one.partner) - codes.indexOf(other.partner)), next: null };
}

export async function show(state, { now }) {
  const { of = state.region || state.behind ? "" : "engaged", region, behind, cursor } = state;
  const found = of === "engaged" ? await engaged(now) : await ask("/cadence", { region, behind, cursor, limit: MOST });
  const further = cursorOf(found);
  const chosen = (changes) => ["of", "region", "behind"].every((name) => (changes[name] ?? "") === ({ of, region, behind }[name] ?? ""));
  const choice = (changes, text) =>
    h("a", { href: link({ view: "partners", ...changes }), "aria-current": chosen(changes) ? "true" : null }, text);
  return [
    h("p", { class: "choices" }, choice({ of: "engaged" }, "Most engaged"), choice({ behind: "true" }, "Behind a target"),
      REGIONS.map((each) => choice({ region: each }, each)), choice({ of: "all" }, "All")),
    section("Last and next meeting", table("Last and next meeting by partner",
      ["Partner", "Standing", ...LEVELS.map((level) => `Last ${words(level).toLowerCase()}`), "Next", "Turn to host"],
      found.items.map((each) => [
        partnerLink(each.partner),
        each.standing ? standing(each.standing) : "–",
        ...LEVELS.map((level) => met(each.levels.find((one) => one.level === level)?.last, now)),
        met(each.next, now),
        TURNS[each.hosting.turn] ?? "–",
      ]), "No partner is found."),
      further ? h("p", {}, h("a", { href: link({ ...state, view: "partners", cursor: further }) }, "Further")) : null),
  ];
}
