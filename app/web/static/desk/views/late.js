// What is late, what clashes, and what waits for whoever looks.

import { all, ask, perhaps } from "../api.js";
import { COMMITMENT_COLUMNS, badge, commitmentRows, engagementLink, partnersOf, section, table, tiles } from "../parts.js";
import { shortDay, words } from "../words.js";

const SEVERITIES = { clash: "bad", warning: "warn" };

export const title = "Overdue, and what clashes";

export async function show(_state, { now, me }) {
  const [reports, commitments, briefings, requests, approvals, clashes] = await Promise.all([
    all("/engagements", { report: "overdue", sort: "-starts_on" }, 200),
    all("/commitments", { overdue: "true", sort: "due_on" }, 200),
    all("/briefings", { overdue: "true", sort: "due_on" }, 200),
    perhaps(all("/information-requests", { overdue: "true" }, 100)),
    me.person ? perhaps(all("/approvals", { mine: "true" }, 100)) : null,
    ask("/clashes"),
  ]);
  return [
    tiles(
      [reports.items.length, "reports", "#s-reports"],
      [commitments.items.length, "commitments", "#s-commitments"],
      [briefings.items.length, "papers", "#s-papers"],
      requests && [requests.items.length, "information requests", "#s-information-requests"],
      [clashes.items.length, "clashes ahead", "#s-clashes-ahead"],
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
    section("Clashes ahead", table("Clashes in the next three months", ["What", "When", "Engagements"],
      clashes.items.map((each) => [
        [badge(words(each.severity), SEVERITIES[each.severity]), ` ${each.detail}`],
        each.ends_on === each.starts_on ? shortDay(each.starts_on) : `${shortDay(each.starts_on)} to ${shortDay(each.ends_on)}`,
        each.engagements.map((one, place) => [place ? ", " : "", engagementLink(one)]),
      ]), "Nothing clashes in the next three months.")),
  ];
}
