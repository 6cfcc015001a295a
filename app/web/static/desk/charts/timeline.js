// A timeline: one row for each engagement, along months. Every bar is a link, and says in words what it shows.

import { svg } from "../dom.js";
import { link } from "../state.js";
import { ago, monthName, plus, plusMonths, when, words } from "../words.js";

const ROW = 26;
const HEAD = 28;
const MOST = 60;

export function timeline(engagements, first, last, now) {
  const shown = engagements.slice(0, MOST);
  const width = 1000;
  const height = HEAD + Math.max(1, shown.length) * ROW + 6;
  const x = (day) => Math.min(1, Math.max(0, ago(first, day) / ago(first, last))) * width;
  const chart = svg("svg", {
    class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-label": "Engagements along the months",
  });
  for (let each = first; each < last; each = plusMonths(each, 1)) {
    chart.append(
      svg("line", { class: "grid", x1: x(each), x2: x(each), y1: 0, y2: height }),
      svg("text", { class: "tick", x: x(each) + 4, y: 16 }, monthName(each)),
    );
  }
  chart.append(svg("line", { class: "now", x1: x(now), x2: x(now), y1: 0, y2: height }));
  shown.forEach((each, place) => {
    const begin = x(each.starts_on);
    const end = Math.max(x(plus(each.ends_on ?? last, 1)), begin + 8);
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
