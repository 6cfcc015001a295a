// A relationship at a glance: when we met at which level, what is promised on both sides, what comes next.

import { all, ask } from "../api.js";
import { bars } from "../charts/bars.js";
import { h } from "../dom.js";
import { COMMITMENT_COLUMNS, commitmentRows, engagementList, met, nameOf, section, standing, table, tiles } from "../parts.js";
import { link } from "../state.js";
import { plural, plus, shortDay, words } from "../words.js";

const LIVE = { status__not: ["cancelled", "postponed"] };

export async function show(state, { now }) {
  const code = state.code;
  const [partner, coming, past, open, cadence, years, posts] = await Promise.all([
    ask(`/partners/${encodeURIComponent(code)}`),
    all("/engagements", { partner: code, during_from: now, during_to: plus(now, 730), ...LIVE, sort: "starts_on" }, 50),
    all("/engagements", { partner: code, ends_to: plus(now, -1), ...LIVE, sort: "-starts_on" }, 10),
    all("/commitments", { partner: code, status: "open", sort: "due_on" }, 200),
    ask("/cadence", { partner: code }),
    ask("/statistics", { partner: code, group_by: "year" }),
    all("/posts", { accredited_to: code }, 20),
  ]);
  const rhythm = cadence.items[0];
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
        rhythm.levels.map((each) => [words(each.level), met(each.last, now), met(each.next, now)])),
        hosting(rhythm.hosting)),
      targets(rhythm.targets),
      section("Open commitments", table("Open commitments", COMMITMENT_COLUMNS, commitmentRows(open.items, now),
        `Nothing is open between us and ${partner.name}.`)),
      section("Coming", engagementList(coming.items, "Nothing is planned yet.")),
      section("The last ten", engagementList(past.items, "Nothing is recorded yet."),
        h("p", {}, h("a", { href: link({ view: "engagements", partner: code }) }, "All engagements"))),
      years.items.length ? section("Engagements by year", bars("Engagements by year",
        years.items.map(({ keys, value }) => ({ name: keys.year, value })))) : null,
      section("Posts", posts.items.length
        ? h("ul", {}, posts.items.map((each) => h("li", {}, each.name, each.city ? `, ${each.city}` : "", each.defence_role ? ` (${each.defence_role})` : "")))
        : h("p", { class: "empty" }, `No post is accredited to ${nameOf(code)}.`)),
    ],
  };
}

const HOSTS = { home: "we did", partner: "they did", third_country: "a third country did" };

function hosting({ last, last_on: on, turn }) {
  if (!last) return null;
  const said = `Who hosted last: ${HOSTS[last]}, on ${shortDay(on)}.`;
  return h("p", {}, said, turn ? ` It is ${turn === "home" ? "our" : "their"} turn.` : "");
}

function targets(found) {
  if (!found.length) return null;
  return section("Priorities", table("Priorities with this partner", ["Priority", "Calls for", "Due", "Standing"],
    found.map((each) => [
      [h("b", {}, each.priority), ` ${each.title}`],
      `Every ${plural(each.cadence_months, "month")}${each.level ? `, ${words(each.level).toLowerCase()}` : ""}`,
      each.due_on ? shortDay(each.due_on) : "–",
      standing(each.standing),
    ])));
}
