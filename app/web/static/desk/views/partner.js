// A relationship at a glance: when we met at which level, what is promised on both sides, what comes next.

import { all, ask, perhaps } from "../api.js";
import { h } from "../dom.js";
import { COMMITMENT_COLUMNS, commitmentRows, engagementList, met, nameOf, section, standing, table, tiles } from "../parts.js";
import { link } from "../state.js";
import { LEVELS, plus, words } from "../words.js";

const LIVE = { status__not: ["cancelled", "postponed"] };

export async function show(state, { now }) {
  const code = state.code;
  const [partner, coming, past, open, rhythm, posts, progress] = await Promise.all([
    ask(`/partners/${encodeURIComponent(code)}`),
    all("/engagements", { partner: code, during_from: now, during_to: plus(now, 730), ...LIVE, sort: "starts_on" }, 50),
    all("/engagements", { partner: code, ends_to: plus(now, -1), ...LIVE, sort: "-starts_on" }, 10),
    all("/commitments", { partner: code, status: "open", sort: "due_on" }, 200),
    Promise.all(LEVELS.map((level) => byLevel(code, level, now))),
    all("/posts", { accredited_to: code }, 20),
    perhaps(ask(`/partners/${encodeURIComponent(code)}/progress`)),
  ]);
  const about = [partner.official_name, partner.subregion ?? partner.region].filter(Boolean).join(" · ");
  const ours = open.items.filter((each) => each.owed_by === "home");
  const theirs = open.items.filter((each) => each.owed_by === "partner");
  return {
    title: partner.name,
    body: [
      about ? h("p", { class: "lead" }, about) : null,
      tiles(
        [coming.items.length, "coming", "#s-coming"],
        [ours.length, "that we owe", "#s-open-commitments", ours.some((each) => each.due_on && each.due_on < now)],
        [theirs.length, "that they owe", "#s-open-commitments"],
      ),
      section("Last and next, by level", table("Last and next meeting by level", ["Level", "Last", "Next"],
        rhythm.map((each) => [words(each.level), met(each.last, now), met(each.next, now)]))),
      targets(progress),
      section("Open commitments", table("Open commitments", COMMITMENT_COLUMNS, commitmentRows(open.items, now),
        `Nothing is open between us and ${partner.name}.`)),
      section("Coming", engagementList(coming.items, "Nothing is planned yet.")),
      section("The last ten", engagementList(past.items, "Nothing is recorded yet."),
        h("p", {}, h("a", { href: link({ view: "engagements", partner: code }) }, "All engagements"))),
      section("Posts", posts.items.length
        ? h("ul", {}, posts.items.map((each) => h("li", {}, each.name, each.city ? `, ${each.city}` : "", each.defence_role ? ` (${each.defence_role})` : "")))
        : h("p", { class: "empty" }, `No post is accredited to ${nameOf(code)}.`)),
    ],
  };
}

async function byLevel(partner, level, now) {
  const asked = { partner, level, ...LIVE, limit: 1 };
  const [last, next] = await Promise.all([
    ask("/engagements", { ...asked, starts_to: now, sort: "-starts_on" }),
    ask("/engagements", { ...asked, starts_from: plus(now, 1), sort: "starts_on" }),
  ]);
  return { level, last: last.items[0], next: next.items[0] };
}

function targets(progress) {
  const rows = (progress?.priorities ?? []).flatMap((each) => (each.targets ?? [each]).map((one) => [each, one]));
  if (!rows.length) return null;
  return section("Priorities", table("Priorities with this partner", ["Priority", "Standing"],
    rows.map(([each, one]) => [`${each.priority} ${each.title ?? ""}`, standing(one.standing ?? "none")])));
}
