// All partners: who last met whom, when next, and whose turn it is.

import { all } from "../api.js";
import { h } from "../dom.js";
import { met, partnerLink, section, standing, table } from "../parts.js";
import { link } from "../state.js";

export const title = "Partners";

const STANDINGS = { "": "All", overdue: "Behind", due: "Due", on_track: "On track" };

export async function show(state, { now }) {
  const wanted = state.standing ?? "";
  const found = await all("/cadence", { region: state.region, standing: wanted }, 1000);
  const lived = found.items.filter((each) => each.last || each.next || wanted);
  return [
    h("p", { class: "choices" }, "Targets: ", Object.entries(STANDINGS).map(([code, text]) =>
      h("a", { href: link({ ...state, view: "partners", standing: code }), "aria-current": code === wanted ? "true" : null }, text))),
    section("Who met whom", table("Partners", ["Partner", "Region", "Last met", "Minister last met", "Next", "Targets"],
      lived.map((each) => [
        partnerLink(each.partner),
        each.region ?? "–",
        met(each.last, now),
        met(each.levels.find((one) => one.level === "ministerial")?.last, now),
        met(each.next, now),
        standing(each.standing),
      ]),
      "No partner is found.")),
  ];
}
