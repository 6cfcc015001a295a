// Makes app/web/static/vendor/points.json: for each country of ISO 3166 the code, the number by which shapes name it,
// and a point on its largest piece of land, from the shapes of Natural Earth at 1:50 million. Small islands are no
// shapes on the shipped map of 1:110 million, so they are points.
//
//   npm install d3-geo@3 topojson-client@3 world-atlas@2
//   python3 -c 'import json, pycountry; print(json.dumps({c.numeric: c.alpha_2 for c in pycountry.countries}))' > codes.json
//   node map_points.mjs codes.json > points.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoArea, geoCentroid } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const codes = JSON.parse(readFileSync(process.argv[2], "utf8"));
const world = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json"), "utf8"));

const largest = (geometry) =>
  geometry.type === "Polygon"
    ? geometry
    : geometry.coordinates
        .map((coordinates) => ({ type: "Polygon", coordinates }))
        .reduce((best, each) => (geoArea(each) > geoArea(best) ? each : best));

const points = {};
const areas = {}; // several shapes may bear the number of one country: the largest counts
for (const { id, geometry } of feature(world, world.objects.countries).features) {
  const code = codes[id];
  if (code === undefined || geometry === null) continue;
  const piece = largest(geometry);
  if (geoArea(piece) <= (areas[code] ?? 0)) continue;
  areas[code] = geoArea(piece);
  points[code] = { number: id, at: geoCentroid(piece).map((each) => Number(each.toFixed(2))) };
}
// Part of another shape at this scale.
points.TK ??= { number: "772", at: [-171.8, -9.2] };
points.TV ??= { number: "798", at: [179.2, -8.5] };
const sorted = Object.fromEntries(Object.entries(points).sort(([a], [b]) => (a < b ? -1 : 1)));
process.stdout.write(`${JSON.stringify(sorted)}\n`);
