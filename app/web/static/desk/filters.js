// The filters above a view. What is chosen stands in the address.

import { all, send } from "./api.js";
import { h } from "./dom.js";
import { checkbox, names } from "./parts.js";
import { FILTERS, filters, go, link } from "./state.js";
import { KINDS, LEADS, LEVELS, STATUSES, words } from "./words.js";

export const saved = new Map(); // the reader's saved filters of engagements, and those shared with them, by slug

export async function learn() {
  saved.clear();
  for (const each of (await all("/saved-filters", { resource: "engagements", sort: "title" }, 400)).items) saved.set(each.slug, each);
}

export function filterForm(state) {
  const active = FILTERS.filter((name) => state[name]);
  const partners = [...names].sort(([, one], [, other]) => one.localeCompare(other));
  const form = h("form", { class: "filters" },
    choice(state, "kind", "Kind", KINDS.map((each) => [each, words(each)])),
    choice(state, "partner", "Partner", partners),
    choice(state, "level", "Level", LEVELS.map((each) => [each, words(each)])),
    choice(state, "lead", "Lead", LEADS.map((each) => [each, words(each)])),
    choice(state, "status", "Status", STATUSES.map((each) => [each, words(each)])),
    saved.size ? choice(state, "saved", "Saved", [...saved].map(([slug, { title }]) => [slug, title])) : null,
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
  return h("details", { class: "filter-box", open: active.length > 0 }, h("summary", {}, told), form,
    active.length && !state.saved ? keeping(state) : null);
}

// Keeps what is chosen under a name. Whoever may see it can use it if it is shared.
function keeping(state) {
  const name = h("input", { id: "f-name", required: true, maxlength: "80", autocomplete: "off" });
  const [shared, sharing] = checkbox("f-shared", "for everybody");
  const said = h("span", { role: "status" });
  const form = h("form", { class: "inline" }, h("label", { for: "f-name" }, "Save these filters as"), name,
    sharing, h("button", {}, "Save"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const slug = name.value.toLowerCase().normalize("NFD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
    try {
      await send("POST", "/saved-filters", { slug, title: name.value, resource: "engagements", query: filters(state), shared: shared.checked });
      await learn();
      go(link({ view: state.view, saved: slug }));
    } catch (error) {
      said.textContent = error.message;
    }
  });
  return form;
}

function choice(state, name, text, options) {
  const id = `f-${name}`;
  return h("p", {}, h("label", { for: id }, text),
    h("select", { id, name }, h("option", { value: "" }, "Any"),
      options.map(([value, label]) => h("option", { value, selected: state[name] === value }, label))));
}
