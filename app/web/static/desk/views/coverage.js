// Priorities against what is done for them, regions, and countries without an attaché.

import { all, ask } from "../api.js";
import { bars } from "../charts/bars.js";
import { h } from "../dom.js";
import { met, partnerLink, section, standing, table } from "../parts.js";
import { link } from "../state.js";
import { count, plural, plusMonths, shortDay, words } from "../words.js";

export const title = "Coverage";

export async function show(_state, { now }) {
  const since = plusMonths(now, -36);
  const [priorities, attaches, regions] = await Promise.all([
    all("/coverage/priorities", {}, 200),
    ask("/coverage/attaches", { coverage: ["vacant", "ends"] }),
    ask("/statistics", { group_by: "subregion", starts_from: since, starts_to: now }),
  ]);
  const behind = priorities.items.filter((each) => each.standing === "overdue");
  return [
    h("p", { class: "lead" }, behind.length
      ? `${plural(behind.length, "priority is", "priorities are")} behind: ${behind.map((each) => each.priority).join(", ")}.`
      : "No priority is behind a target that is set."),
    section("Priorities", table("Priorities", ["Priority", "Targets", "Last", "Next", "Held in a year", "Planned for a year"],
      priorities.items.map((each) => [
        [h("b", {}, each.priority), ` ${each.title}`],
        targets(each.targets),
        met(each.last, now),
        met(each.next, now),
        count(each.held),
        count(each.planned),
      ]), "No priority is recorded.")),
    section("Engagements in three years, by region", bars("Engagements in three years, by region",
      regions.items.filter(({ keys }) => keys.subregion).map(({ keys, value }) => ({
        name: keys.subregion, value, href: link({ view: "partners", region: keys.subregion }),
      })))),
    section("Countries without an attaché, now or soon", table("Attaché coverage", ["Country", "Coverage", "From"],
      attaches.items.map((each) => [partnerLink(each.partner), words(each.coverage), each.gap_from ? shortDay(each.gap_from) : "–"]),
      "No accredited country is known to be without one.")),
  ];
}

function targets(found) {
  if (!found.length) return standing("none");
  return h("ul", { class: "plain" }, found.map((each) => h("li", {}, standing(each.standing), " ",
    each.partner ? partnerLink(each.partner) : each.region ?? "All", `, every ${plural(each.cadence_months, "month")}`)));
}
