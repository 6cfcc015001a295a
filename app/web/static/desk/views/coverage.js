// Priorities against what is done for them, and countries without an attaché.

import { ask, perhaps } from "../api.js";
import { bars } from "../charts/bars.js";
import { h } from "../dom.js";
import { partnerLink, section, standing, table } from "../parts.js";
import { link } from "../state.js";
import { count, plural, shortDay, words } from "../words.js";

export const title = "Coverage";

export async function show() {
  const [priorities, attaches, regions] = await Promise.all([
    ask("/coverage/priorities"),
    perhaps(ask("/coverage/attaches", { coverage: ["gap", "ending"] })),
    perhaps(ask("/statistics", { group_by: "region" })),
  ]);
  const behind = priorities.items.filter((each) => each.standing === "overdue");
  return [
    h("p", { class: "lead" }, behind.length
      ? `${plural(behind.length, "priority", "priorities")} behind: ${behind.map((each) => each.priority).join(", ")}.`
      : "No priority is behind the targets that are set."),
    section("Priorities", table("Priorities", ["Priority", "Targets", "Done", "Planned", "Objectives achieved"],
      priorities.items.map((each) => [
        [h("b", {}, each.priority), ` ${each.title}`],
        targets(each),
        count(each.engagements.done),
        count(each.engagements.planned),
        `${each.objectives.achieved} of ${each.objectives.total}`,
      ]), "No priority is recorded.")),
    attaches ? section("Countries without an attaché, now or soon", table("Attaché coverage", ["Country", "Coverage", "From"],
      attaches.items.map((each) => [partnerLink(each.partner), words(each.coverage), each.gap_from ? shortDay(each.gap_from) : "–"]),
      "No accredited country is without one.")) : null,
    regions?.items.length ? section("Engagements by region", bars("Engagements by region", regions.items.map((each) => ({
      name: each.keys.region ?? "No region", value: each.value,
      href: each.keys.region ? link({ view: "engagements", region: each.keys.region }) : null,
    })))) : null,
  ];
}

function targets(priority) {
  if (!priority.targets.length) return standing(priority.standing);
  return h("ul", { class: "plain" }, priority.targets.map((each) => h("li", {}, standing(each.standing), " ",
    each.partner ? partnerLink(each.partner) : each.region ?? "all", `, every ${plural(each.cadence_months, "month")}`,
    each.due_on ? `, due ${shortDay(each.due_on)}` : "")));
}
