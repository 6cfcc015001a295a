// What is late, and what waits for whoever looks.

import { all, perhaps } from "../api.js";
import { COMMITMENT_COLUMNS, commitmentRows, engagementLink, partnersOf, section, table, tiles } from "../parts.js";
import { shortDay, words } from "../words.js";

export const title = "Overdue";

export async function show(_state, { now, me }) {
  const [reports, commitments, briefings, requests, approvals] = await Promise.all([
    all("/engagements", { report: "overdue", sort: "-starts_on" }, 200),
    all("/commitments", { overdue: "true", sort: "due_on" }, 200),
    all("/briefings", { overdue: "true", sort: "due_on" }, 200),
    perhaps(all("/information-requests", { overdue: "true" }, 100)),
    me.person ? perhaps(all("/approvals", { mine: "true" }, 100)) : null,
  ]);
  return [
    tiles(
      [reports.items.length, "reports", "#s-reports"],
      [commitments.items.length, "commitments", "#s-commitments"],
      [briefings.items.length, "papers", "#s-papers"],
      requests && [requests.items.length, "information requests", "#s-information-requests"],
    ),
    approvals ? section("Wait for your approval", table("Approvals", ["Asked for", "State"],
      approvals.items.map((each) => [each.engagement_title ?? each.engagement ?? each.id, words(each.state)]), "Nothing waits for you.")) : null,
    section("Reports", table("Reports overdue", ["Engagement", "With", "Due"],
      reports.items.map((each) => [engagementLink(each), partnersOf(each, 4), shortDay(each.report_due_on)]), "No report is overdue.")),
    section("Commitments", table("Commitments overdue", COMMITMENT_COLUMNS, commitmentRows(commitments.items, now), "No commitment is overdue.")),
    section("Papers", table("Papers overdue", ["Paper", "Type", "Due"],
      briefings.items.map((each) => [each.title, words(each.briefing_type), shortDay(each.due_on)]), "No paper is overdue.")),
    requests ? section("Information requests", table("Information requests overdue", ["Request", "Due"],
      requests.items.map((each) => [each.title, shortDay(each.due_on)]), "No request is overdue.")) : null,
  ];
}
