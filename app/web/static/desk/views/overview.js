// What a duty officer leaves open: this week, the months ahead, and what is late.

import { all, ask, perhaps } from "../api.js";
import { bars } from "../charts/bars.js";
import { timeline } from "../charts/timeline.js";
import { h } from "../dom.js";
import { engagementList, markingOf, more, section, tiles } from "../parts.js";
import { filters, link, onward } from "../state.js";
import { longDay, monday, plus, plusMonths, shortDay } from "../words.js";

export const title = "This week and the months ahead";
export const filtered = true;

export async function show(state, { now, me }) {
  const asked = filters(state);
  const begin = monday(now);
  const ahead = Number(state.months ?? 6);
  const end = plusMonths(now, ahead + 1);
  const live = asked.status ? {} : { status__not: ["cancelled", "postponed"] };
  const [week, coming, overdue, waiting, load] = await Promise.all([
    all("/engagements", { ...asked, ...live, during_from: begin, during_to: plus(begin, 6), sort: "starts_on" }, 200),
    all("/engagements", { ...asked, ...live, starts_from: begin, starts_to: plus(end, -1), sort: "starts_on" }, 400),
    lateness(),
    me.person ? perhaps(ask("/approvals", { mine: "true", limit: 1, count: "capped" })) : null,
    ask("/load", { weeks: 13 }),
  ]);
  const goesOn = (each) => each.ends_on !== null || each.status !== "completed"; // ended on a day that nobody knows
  const items = week.items.filter(goesOn);
  const running = items.filter((each) => each.starts_on < begin);
  const picture = timeline([...running, ...coming.items], `${begin.slice(0, 7)}-01`, end, now);
  const firm = ({ date_precision: precision }) => precision === "day";
  return [
    tiles(
      [items.length, "this week", onward({ view: "calendar" })],
      [coming.items.length, `in the next ${ahead} months`, onward({ view: "calendar" })],
      [overdue.reports, "reports overdue", link({ view: "late" }), overdue.reports > 0],
      [overdue.commitments, "commitments overdue", link({ view: "late" }), overdue.commitments > 0],
      waiting && [waiting.total, "approvals wait for you", link({ view: "late" }), waiting.total > 0],
    ),
    section(`This week, from ${longDay(begin)}`, markingOf(week.marking),
      engagementList(items.filter(firm), "Nothing is recorded for this week."),
      vague(items.filter((each) => !firm(each)))),
    section(`The next ${ahead} months`, markingOf(coming.marking), months(ahead, state),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Timeline" }, picture.chart),
      more(picture.more, onward({ view: "calendar" })),
      engagementList(coming.items.filter((each) => each.starts_on > plus(begin, 6)), "Nothing is planned yet.")),
    section("Week by week", h("p", { class: "quiet" }, "Engagements under way in each of the next 13 weeks, whatever the filters."),
      bars("Engagements by week", load.items.map((each) => ({ name: `From ${shortDay(each.starts_on)}`, value: each.engagements })))),
  ];
}

function vague(engagements) {
  if (!engagements.length) return null;
  return h("details", {}, h("summary", {}, `${engagements.length} more run on, or have no day yet`),
    engagementList(engagements, ""));
}

function months(ahead, state) {
  return h("p", { class: "choices" }, "Look ahead: ", [3, 6, 12, 24].map((number) =>
    h("a", { href: link({ ...state, months: number }), "aria-current": number === ahead ? "true" : null }, `${number} months`)));
}

async function lateness() {
  const asked = { limit: 1, count: "capped" };
  const [reports, commitments] = await Promise.all([
    ask("/engagements", { ...asked, report: "overdue" }),
    ask("/commitments", { ...asked, overdue: "true" }),
  ]);
  return { reports: reports.total, commitments: commitments.total };
}
