// The filters above a view. What is chosen stands in the address.

import { h } from "./dom.js";
import { names } from "./parts.js";
import { FILTERS, go, link } from "./state.js";
import { KINDS, LEADS, LEVELS, STATUSES, words } from "./words.js";

export function filterForm(state) {
  const active = FILTERS.filter((name) => state[name]);
  const partners = [...names].sort(([, one], [, other]) => one.localeCompare(other));
  const form = h("form", { class: "filters" },
    choice(state, "kind", "Kind", KINDS.map((each) => [each, words(each)])),
    choice(state, "partner", "Partner", partners),
    choice(state, "level", "Level", LEVELS.map((each) => [each, words(each)])),
    choice(state, "lead", "Lead", LEADS.map((each) => [each, words(each)])),
    choice(state, "status", "Status", STATUSES.map((each) => [each, words(each)])),
    h("p", {}, h("label", { for: "f-q" }, "Words"), h("input", { id: "f-q", name: "q", value: state.q ?? "", maxlength: "500" })),
    h("p", { class: "buttons" }, h("button", {}, "Show"), active.length ? h("a", { href: link({ view: state.view }) }, "Clear") : null));
  const chosen = () => {
    const kept = Object.fromEntries(Object.entries(state).filter(([name]) => !FILTERS.includes(name) && name !== "cursor"));
    return link({ ...kept, ...Object.fromEntries(new FormData(form)), region: state.region, priority: state.priority });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(chosen());
  });
  const told = active.length ? `Filters (${active.length})` : "Filters";
  return h("details", { class: "filter-box", open: active.length > 0 }, h("summary", {}, told), form);
}

function choice(state, name, text, options) {
  const id = `f-${name}`;
  return h("p", {}, h("label", { for: id }, text),
    h("select", { id, name }, h("option", { value: "" }, "Any"),
      options.map(([value, label]) => h("option", { value, selected: state[name] === value }, label))));
}
