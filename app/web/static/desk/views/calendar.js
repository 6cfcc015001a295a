// Engagements day by day, by weeks and months.

import { all } from "../api.js";
import { h, library } from "../dom.js";
import { engagementList, section } from "../parts.js";
import { filters, link } from "../state.js";
import { month, plus, plusMonths, when, words } from "../words.js";

export const title = "Calendar";
export const filtered = true;

export async function show(state, { now }) {
  const on = state.on ?? now;
  const first = plusMonths(on, 0);
  const next = plusMonths(on, 1);
  const asked = { ...filters(state), during_from: plus(first, -7), during_to: plus(next, 7), sort: "starts_on" };
  const [found] = await Promise.all([all("/engagements", asked, 800), library("event-calendar.min.css"), library("event-calendar.min.js")]);
  const exact = found.items.filter((each) => each.date_precision === "day");
  const here = found.items.filter((each) => each.starts_on < next && (each.ends_on ?? next) >= first);
  const target = h("div", { class: "calendar" });
  const step = (months) => link({ ...state, view: "calendar", on: plusMonths(on, months) });
  queueMicrotask(() => mended(target, () => drawn(target, on, exact)));
  return [
    h("p", { class: "choices" },
      h("a", { href: step(-1) }, `← ${month(plusMonths(on, -1))}`),
      h("a", { href: link({ ...state, view: "calendar", on: "" }) }, "This month"),
      h("a", { href: step(1) }, `${month(next)} →`),
      h("a", { href: link({ ...filters(state), view: "calendars" }) }, "Subscribe")),
    section(month(on), target),
    section("As a list", engagementList(here, "Nothing is recorded for this month.")),
  ];
}

// The library calls its grid a table, and has no rows in it. What it shows is read in the list below.
function mended(target, draw) {
  const mend = () => {
    for (const each of target.querySelectorAll(".ec, .ec [role=cell], .ec [role=columnheader], .ec [role=row], .ec [role=rowgroup]")) {
      for (const name of ["role", "aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount"]) each.removeAttribute(name);
    }
    for (const each of target.querySelectorAll(".ec nav")) each.remove();
  };
  new MutationObserver(mend).observe(target, { childList: true, subtree: true, attributeFilter: ["role"] });
  draw();
  mend();
}

function drawn(target, on, engagements) {
  window.EventCalendar.create(target, {
    view: "dayGridMonth",
    date: on,
    firstDay: 1,
    headerToolbar: { start: "", center: "", end: "" },
    height: "auto",
    dayMaxEvents: 4,
    locale: "en-NZ",
    events: engagements.map((each) => ({
      id: each.reference,
      title: each.title,
      start: each.starts_on,
      end: plus(each.ends_on ?? each.starts_on, 1),
      allDay: true,
      classNames: [each.kind, `status-${each.status}`],
      extendedProps: each,
    })),
    eventContent: ({ event: { extendedProps: each } }) => ({
      domNodes: [h("a", {
        href: link({ view: "engagement", key: each.reference }),
        "aria-label": `${each.title}, ${words(each.kind)}, ${when(each)}, ${words(each.status)}`,
      }, each.title)],
    }),
  });
}
