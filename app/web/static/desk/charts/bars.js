// Numbers as bars, in a list: each with its words and its number, so that it reads without the picture too.

import { h, svg } from "../dom.js";
import { count } from "../words.js";

export function bars(label, rows) {
  const greatest = Math.max(1, ...rows.map((each) => each.value));
  return h("ul", { class: "bars", "aria-label": label },
    rows.map(({ name, value, href }) =>
      h("li", {},
        h("span", {}, href ? h("a", { href }, name) : name),
        svg("svg", { class: "bar-line", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("rect", { x: 0, y: 0, height: 10, width: (value / greatest) * 100 })),
        h("span", { class: "bar-value" }, count(value)))));
}
