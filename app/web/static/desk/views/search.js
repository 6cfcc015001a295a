// Records of every kind by their words.

import { ask, cursorOf } from "../api.js";
import { h, snippet } from "../dom.js";
import { markingOf, section } from "../parts.js";
import { link } from "../state.js";
import { KINDS, PATHS, plural, words } from "../words.js";

const OURS = new Set(KINDS.map((each) => PATHS[each]));

export async function show(state) {
  const found = await ask("/search", { q: state.q ?? "", type: state.type, limit: 50, cursor: state.cursor });
  const cursor = cursorOf(found);
  const pick = (type, text) => h("a", { href: link({ view: "search", q: state.q, type }), "aria-current": (state.type ?? "") === type ? "true" : null }, text);
  return {
    title: state.q ? `Search: ${state.q}` : "Search",
    body: [
      h("p", { class: "choices" }, pick("", `All (${found.total}${found.capped ? " and more" : ""})`),
        found.counts.map((each) => pick(each.type, `${words(each.type.replaceAll("-", "_"))} (${each.count})`))),
      section(plural(found.total, "record"), found.items.length
        ? h("ol", { class: "items" }, found.items.map((each) => h("li", { class: "item" },
            h("p", { class: "item-title" }, titled(each), " ", markingOf(each.marking)),
            h("p", { class: "item-facts" }, words(each.record_type), each.key ? ` · ${each.key}` : ""),
            snippet(each.snippet))))
        : h("p", { class: "empty" }, "Nothing is found. Each word is looked for at the beginning of words.")),
      cursor ? h("p", {}, h("a", { href: link({ view: "search", q: state.q, type: state.type, cursor }) }, "Further")) : null,
    ],
  };
}

function titled(each) {
  if (OURS.has(each.type)) return h("a", { href: link({ view: "engagement", key: each.key }) }, each.title);
  if (each.type === "partners" || each.type === "institutions") return h("a", { href: link({ view: "partner", code: each.key }) }, each.title);
  const above = each.address.match(/\/engagements\/([^/]+)\//);
  return above ? h("a", { href: link({ view: "engagement", key: above[1] }) }, each.title) : each.title;
}
