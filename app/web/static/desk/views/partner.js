// A relationship at a glance: when we met at which level, what is promised on both sides, what comes next.

import { all, ask, perhaps } from "../api.js";
import { bars } from "../charts/bars.js";
import { h } from "../dom.js";
import { COMMITMENT_COLUMNS, commitmentRows, engagementList, met, nameOf, section, standing, table, tiles } from "../parts.js";
import { link } from "../state.js";
import { plus, words } from "../words.js";

export async function show(state, { now }) {
  const code = state.code;
  const [partner, coming, past, open, cadence, years, posts, progress] = await Promise.all([
    ask(`/partners/${encodeURIComponent(code)}`).catch(() => ask(`/institutions/${encodeURIComponent(code)}`)),
    all("/engagements", { partner: code, during_from: now, during_to: plus(now, 730), status__not: ["cancelled", "postponed"], sort: "starts_on" }, 50),
    all("/engagements", { partner: code, ends_to: plus(now, -1), status__not: ["cancelled", "postponed"], sort: "-starts_on" }, 10),
    all("/commitments", { partner: code, status: "open", sort: "due_on" }, 200),
    perhaps(ask("/cadence", { partner: code })),
    perhaps(ask("/statistics", { partner: code, group_by: "year" })),
    all("/posts", { accredited_to: code }, 20),
    perhaps(ask(`/partners/${encodeURIComponent(code)}/progress`)),
  ]);
  const rhythm = cadence?.items[0];
  const ours = open.items.filter((each) => each.owed_by === "home");
  const theirs = open.items.filter((each) => each.owed_by === "partner");
  return {
    title: partner.name,
    body: [
      h("p", { class: "lead" }, [partner.official_name, partner.subregion ?? partner.region].filter(Boolean).join(" · ")),
      tiles(
        [coming.items.length, "coming", "#s-coming"],
        [ours.length, "that we owe", "#s-open-commitments", ours.some((each) => each.due_on && each.due_on < now)],
        [theirs.length, "that they owe", "#s-open-commitments"],
      ),
      rhythm && section("Last and next, by level",
        table("Last and next meeting by level", ["Level", "Last", "Next"],
          rhythm.levels.map((each) => [words(each.level), met(each.last, now), met(each.next, now)])),
        hosting(rhythm.hosting)),
      targets(progress),
      section("Open commitments", table("Open commitments", COMMITMENT_COLUMNS, commitmentRows(open.items, now),
        `Nothing is open between us and ${partner.name}.`)),
      section("Coming", engagementList(coming.items, "Nothing is planned yet.")),
      section("The last ten", engagementList(past.items, "Nothing is recorded yet."),
        h("p", {}, h("a", { href: link({ view: "engagements", partner: code }) }, "All engagements"))),
      years?.items.length ? section("Engagements by year", bars("Engagements by year",
        years.items.map((each) => ({ name: each.keys.year, value: each.value })))) : null,
      section("Posts", posts.items.length
        ? h("ul", {}, posts.items.map((each) => h("li", {}, each.name, each.city ? `, ${each.city}` : "", each.defence_role ? ` (${each.defence_role})` : "")))
        : h("p", { class: "empty" }, `No post is accredited to ${nameOf(code)}.`)),
    ],
  };
}

function hosting(told) {
  if (!told?.turn) return null;
  return h("p", {}, told.turn === "home" ? "It is our turn to host." : "It is their turn to host.");
}

function targets(progress) {
  const rows = (progress?.priorities ?? []).flatMap((each) => (each.targets ?? [each]).map((one) => [each, one]));
  if (!rows.length) return null;
  return section("Priorities", table("Priorities with this partner", ["Priority", "Standing"],
    rows.map(([each, one]) => [`${each.priority} ${each.title ?? ""}`, standing(one.standing ?? "none")])));
}
