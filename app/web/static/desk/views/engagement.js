// One engagement, with what it is for, who goes, what was promised.

import { all, ask, perhaps } from "../api.js";
import { h } from "../dom.js";
import { COMMITMENT_COLUMNS, badge, commitmentRows, markingOf, nameOf, partnersOf, section, table } from "../parts.js";
import { clock, shortDay, when, words } from "../words.js";

export async function show(state, { now, taken }) {
  const at = `/engagements/${encodeURIComponent(state.key)}`;
  const engagement = await ask(at);
  const [participants, objectives, commitments, briefings] = await Promise.all([
    all(`${at}/participants`, { expand: "person" }, 200),
    all(`${at}/objectives`, {}, 100),
    all("/commitments", { engagement: engagement.id }, 100),
    all("/briefings", { engagement: engagement.id }, 100),
  ]);
  return {
    title: engagement.title,
    body: [
      h("p", { class: "lead" }, engagement.reference, " · ", words(engagement.kind), " · ", when(engagement), " · ",
        badge(words(engagement.status), `status-${engagement.status}`), " ", markingOf(engagement.marking)),
      section("In short", facts(engagement), engagement.summary ? h("p", { class: "prose" }, engagement.summary) : null),
      steps(engagement),
      objectives.items.length ? section("Objectives", table("Objectives", ["Objective", "Measure", "Assessment"],
        objectives.items.map((each) => [each.title, each.measure ?? "–", words(each.assessment)]))) : null,
      participants.items.length ? section("Who takes part", table("Participants", ["Person", "Side", "Role"],
        participants.items.map((each) => [each.person?.name ?? "–", each.side === "home" ? "Ours" : "Theirs", each.role ?? each.office_title ?? "–"]))) : null,
      briefings.items.length ? section("Papers", table("Papers", ["Paper", "Type", "State", "Due"],
        briefings.items.map((each) => [each.title, words(each.briefing_type), words(each.state), each.due_on ? shortDay(each.due_on) : "–"]))) : null,
      commitments.items.length ? section("Commitments made here", table("Commitments", COMMITMENT_COLUMNS, commitmentRows(commitments.items, now))) : null,
      reading(at, engagement, taken),
    ],
  };
}

function facts(engagement) {
  const place = [engagement.venue, engagement.city, engagement.country && nameOf(engagement.country)].filter(Boolean).join(", ");
  const rows = [
    ["With", engagement.partners.length ? partnersOf(engagement, 40) : null],
    ["Where", place || null],
    ["Level", engagement.level && words(engagement.level)],
    ["Lead", engagement.lead && words(engagement.lead)],
    ["Series", engagement.series],
    ["Priorities", engagement.priorities.join(", ") || null],
    ["Report due", engagement.report_due_on && shortDay(engagement.report_due_on)],
    ["Purpose", engagement.purpose],
  ];
  return h("dl", {}, rows.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function steps(engagement) {
  if (!engagement.itinerary?.length) return null;
  return section("Programme", table("Programme", ["When", "What", "Where"], engagement.itinerary.map((each) => [
    each.starts_at ? `${shortDay(each.starts_at.slice(0, 10))}, ${clock(each.starts_at, each.timezone ?? engagement.timezone ?? "UTC")}` : "–",
    each.activity ?? "–", each.place ?? "–",
  ])));
}

// Asked for only when it is wanted: most engagements have none, and the pack takes its time.
function reading(at, engagement, taken) {
  const told = h("div", { role: "status" });
  const report = h("button", { type: "button", onclick: async () => {
    const found = await perhaps(ask(`${at}/report`));
    told.replaceChildren(...(found
      ? [h("p", {}, words(found.state), found.tone ? `, ${words(found.tone).toLowerCase()}` : ""), h("p", { class: "prose" }, found.summary ?? "")]
      : [h("p", { class: "empty" }, "There is no report.")]));
  } }, "Read the report");
  const pack = h("button", { type: "button", onclick: (click) =>
    taken(click.currentTarget, `${at}/pack`, { format: "pdf" }, `${engagement.reference}-pack.pdf`) }, "Take the pack as PDF");
  return section("Report and pack", h("p", { class: "choices" }, report, pack), told);
}
