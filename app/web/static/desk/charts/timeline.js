// A timeline: one row for each engagement, along months. Every bar is a link, and says in words what it shows.

import { library, svg } from "../dom.js";
import { link } from "../state.js";
import { asDate, plus, when, words } from "../words.js";

const ROW = 26;
const HEAD = 28;
const MOST = 60;

export async function timeline(engagements, first, last, now) {
  await library("d3.min.js");
  const d3 = window.d3;
  const shown = engagements.slice(0, MOST);
  const width = 1000;
  const height = HEAD + Math.max(1, shown.length) * ROW + 6;
  const x = d3.scaleUtc([asDate(first), asDate(last)], [0, width]).clamp(true);
  const months = d3.utcMonths(asDate(first), asDate(last));
  const chart = svg("svg", {
    class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-label": "Engagements along the months",
  });
  for (const each of months) {
    chart.append(
      svg("line", { class: "grid", x1: x(each), x2: x(each), y1: 0, y2: height }),
      svg("text", { class: "tick", x: x(each) + 4, y: 16 }, d3.utcFormat(each.getUTCMonth() ? "%b" : "%b %Y")(each)),
    );
  }
  chart.append(svg("line", { class: "now", x1: x(asDate(now)), x2: x(asDate(now)), y1: 0, y2: height }));
  shown.forEach((each, place) => {
    const begin = x(asDate(each.starts_on));
    const end = Math.max(x(asDate(plus(each.ends_on ?? last, 1))), begin + 8);
    const y = HEAD + place * ROW;
    const inside = end - begin > 320;
    const before = !inside && end > width * 0.62;
    chart.append(
      svg("a", {
        href: link({ view: "engagement", key: each.reference }),
        "aria-label": `${each.title}, ${words(each.kind)}, ${when(each)}, ${words(each.status)}`,
      },
        svg("rect", { class: `bar ${each.kind} status-${each.status}`, x: begin, y: y + 4, width: end - begin, height: ROW - 8, rx: 4 }),
        svg("text", {
          class: inside ? "in-bar" : "beside", y: y + ROW / 2 + 4.5,
          x: inside ? begin + 8 : before ? begin - 6 : end + 6, "text-anchor": before ? "end" : "start",
        }, cut(each.title, inside ? (end - begin) / 7 : before ? begin / 7.5 : (width - end) / 7.5))),
    );
  });
  return { chart, more: engagements.length - shown.length };
}

function cut(text, most) {
  return text.length <= most ? text : `${text.slice(0, Math.max(8, Math.floor(most) - 1))}…`;
}
