// Priorities against what is done for them, and countries without an attaché.

import { all, ask } from "../api.js";
import { h } from "../dom.js";
import { partnerLink, section, standing, table } from "../parts.js";
import { count, plural, shortDay, words } from "../words.js";

export const title = "Coverage";

export async function show() {
  const [priorities, attaches] = await Promise.all([
    all("/priorities", { status__not: "superseded", fields: "code" }, 100),
    ask("/coverage/attaches", { coverage: ["vacant", "ends"] }),
  ]);
  const progress = await Promise.all(priorities.items.map(({ code }) => ask(`/priorities/${encodeURIComponent(code)}/progress`)));
  const behind = progress.filter((each) => each.targets.some((one) => one.standing === "overdue"));
  return [
    h("p", { class: "lead" }, behind.length
      ? `${plural(behind.length, "priority is", "priorities are")} behind: ${behind.map((each) => each.priority).join(", ")}.`
      : "No priority is behind a target that is set."),
    section("Priorities", table("Priorities", ["Priority", "Targets", "Done", "Planned", "Objectives achieved"],
      progress.map((each) => [
        [h("b", {}, each.priority), ` ${each.title}`],
        targets(each.targets),
        count(each.engagements.done),
        count(each.engagements.planned),
        `${each.objectives.achieved} of ${each.objectives.total}`,
      ]), "No priority is recorded.")),
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
