// Bars along a scale, as a list: each with its words and its number, so that it reads without the picture too.

import { h, svg } from "../dom.js";
import { count } from "../words.js";

export function bars(label, rows) {
  const greatest = Math.max(1, ...rows.map((each) => each.value));
  return h("ul", { class: "bars", "aria-label": label },
    rows.map(({ name, value, href }) =>
      h("li", {},
        h("span", { class: "bar-name" }, href ? h("a", { href }, name) : name),
        svg("svg", { class: "bar-line", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("rect", { x: 0, y: 0, height: 10, width: Math.max(0.5, (value / greatest) * 100) })),
        h("span", { class: "bar-value" }, count(value)))));
}

export function columns(label, rows) {
  const greatest = Math.max(1, ...rows.map((each) => each.value));
  const width = 100 / Math.max(1, rows.length);
  return h("figure", { class: "columns" },
    svg("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" },
      rows.map(({ value }, place) => {
        const height = (value / greatest) * 29;
        return svg("rect", { x: place * width + width * 0.12, y: 30 - height, width: width * 0.76, height });
      })),
    h("ol", { "aria-label": label }, rows.map(({ name, value }) =>
      h("li", {}, h("span", {}, name), h("b", {}, count(value))))));
}
