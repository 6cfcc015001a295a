// Pieces that several views are made of.

import { h } from "./dom.js";
import { link } from "./state.js";
import { ago, count, plural, shortDay, when, words } from "./words.js";

export const names = new Map(); // what partners are called, by code

export const nameOf = (code) => names.get(code) ?? code;

export function partnerLink(code) {
  return h("a", { href: link({ view: "partner", code }) }, nameOf(code));
}

export function partnersOf(engagement, most = 6) {
  const codes = engagement.partners.map((each) => each.partner ?? each);
  const shown = codes.slice(0, most).flatMap((code, place) => (place ? [", ", partnerLink(code)] : [partnerLink(code)]));
  return codes.length > most ? [...shown, ` and ${codes.length - most} more`] : shown;
}

export function engagementLink(engagement) {
  return h("a", { href: link({ view: "engagement", key: engagement.reference }) }, engagement.title);
}

export function badge(text, kind = "") {
  return h("span", { class: `badge ${kind}` }, text);
}

export function markingOf(marking) {
  return marking && marking !== "UNCLASSIFIED" ? badge(marking, "marking") : null;
}

export function engagementItem(engagement) {
  const place = [engagement.city, engagement.country && nameOf(engagement.country)].filter(Boolean).join(", ");
  return h(
    "li",
    { class: `item ${engagement.kind}` },
    h("p", { class: "item-title" }, engagementLink(engagement), " ", markingOf(engagement.marking)),
    h("p", { class: "item-facts" },
      h("time", { datetime: engagement.starts_on }, when(engagement)), " · ", words(engagement.kind),
      engagement.level ? ` · ${words(engagement.level)}` : "", place ? ` · ${place}` : "", " · ",
      badge(words(engagement.status), `status-${engagement.status}`)),
    engagement.partners?.length ? h("p", { class: "item-facts" }, "With ", partnersOf(engagement)) : null,
  );
}

export function engagementList(engagements, empty) {
  if (!engagements.length) return h("p", { class: "empty" }, empty);
  return h("ul", { class: "items" }, engagements.map(engagementItem));
}

export function section(title, ...children) {
  const id = `s-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

export function table(caption, columns, rows, empty = "Nothing.") {
  if (!rows.length) return h("p", { class: "empty" }, empty);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` },
    h("table", {},
      h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", {}, columns.map((each) => h("th", { scope: "col" }, each)))),
      h("tbody", {}, rows.map((row) =>
        h("tr", {}, row.map((cell, place) => (place ? h("td", {}, cell) : h("th", { scope: "row" }, cell)))))),
    ),
  );
}

export function checkbox(id, text) {
  const box = h("input", { id, type: "checkbox" });
  return [box, h("span", { class: "inline" }, box, h("label", { for: id }, text))];
}

export function tiles(...rows) {
  return h("ul", { class: "tiles" },
    rows.filter(Boolean).map(([value, text, href, loud]) =>
      h("li", { class: loud ? "loud" : "" }, h("a", { href }, h("strong", {}, count(value)), h("span", {}, text)))));
}

const STANDINGS = { overdue: "bad", due: "warn", on_track: "good", none: "" };
const STANDING_WORDS = { overdue: "Behind", due: "Due", on_track: "On track", none: "No target" };

export const standing = (code) => badge(STANDING_WORDS[code] ?? words(code), STANDINGS[code] ?? "");

export function met(engagement, now) {
  if (!engagement) return "–";
  const days = ago(engagement.starts_on, now);
  const distance = days === 0 ? "today" : days > 0 ? `${plural(days, "day")} ago` : `in ${plural(-days, "day")}`;
  const exact = (engagement.date_precision ?? "day") === "day";
  return [engagementLink(engagement), h("br"),
    h("small", {}, exact ? `${shortDay(engagement.starts_on)}, ${distance}` : when(engagement))];
}

export function commitmentRows(commitments, now) {
  return commitments.map((each) => [
    each.title,
    partnerLink(each.partner),
    each.owed_by === "home" ? "We owe it" : "They owe it",
    each.due_on ? [shortDay(each.due_on), each.due_on < now ? [" ", badge("overdue", "bad")] : null] : "No day is set",
    words(each.status),
  ]);
}

export const COMMITMENT_COLUMNS = ["What", "Partner", "Who", "Due", "Status"];

export function more(number, address) {
  return number ? h("p", {}, h("a", { href: address }, `And ${count(number)} more`)) : null;
}
