// The world with the Pacific in its middle: a circle for each partner, as large as there is engagement.

import { library, shipped, svg } from "../dom.js";
import { link } from "../state.js";
import { plural } from "../words.js";

const WIDTH = 1000;
const HEIGHT = 500;

export async function world(partners, base) {
  const [points, shapes] = await Promise.all([shipped("points.json"), shipped("countries-110m.json"),
    library("d3.min.js"), library("topojson-client.min.js")]);
  const { d3, topojson } = window;
  const projection = d3.geoNaturalEarth1().rotate([-170, 0]).fitSize([WIDTH, HEIGHT], { type: "Sphere" });
  const path = d3.geoPath(projection);
  const known = partners.filter((each) => points[each.code] && each.value > 0);
  const greatest = Math.max(1, ...known.map((each) => each.value));
  const radius = d3.scaleSqrt([0, greatest], [0, 26]);
  const strong = new Set(known.map((each) => points[each.code].number));
  const chart = svg("svg", { class: "world", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": "Map of engagement by partner" },
    svg("path", { class: "sea", d: path({ type: "Sphere" }), "aria-hidden": "true" }),
    topojson.feature(shapes, shapes.objects.countries).features.map((each) =>
      svg("path", { class: strong.has(each.id) ? "land met" : "land", d: path(each), "aria-hidden": "true" })));
  for (const each of known.sort((one, other) => other.value - one.value)) {
    const [x, y] = projection(points[each.code].at);
    const text = `${each.code}, ${each.name}: ${plural(each.value, "engagement")}`;
    chart.append(svg("a", { href: link({ view: "partner", code: each.code }, base), "aria-label": text },
      svg("circle", { class: "partner", cx: x, cy: y, r: Math.max(4, radius(each.value)) }, svg("title", {}, text)),
      radius(each.value) > 13 ? svg("text", { class: "code", x, y: y + 4, "text-anchor": "middle", "aria-hidden": "true" }, each.code) : null));
  }
  return { chart, unplaced: partners.filter((each) => !points[each.code] && each.value > 0) };
}
