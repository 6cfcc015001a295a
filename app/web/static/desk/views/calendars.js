// The register in a calendar program: secret addresses, made and revoked here.

import { all, send } from "../api.js";
import { h } from "../dom.js";
import { saved } from "../filters.js";
import { checkbox, section, table } from "../parts.js";
import { filters, link } from "../state.js";
import { shortDay, words } from "../words.js";

export const title = "Calendars to subscribe to";
export const filtered = true;

export async function show(state) {
  const found = await all("/calendars", { sort: "-created_at" }, 200);
  const list = h("div", {}, listed(found.items));
  const said = h("div", { role: "status" });
  return [
    section("A new one", h("p", { class: "quiet" },
      "It holds what the filters above find, as far as you may see it: 90 days back, and a year ahead."),
    form(state, said, list), said),
    section("Yours", list),
    h("p", {}, h("a", { href: link({ ...state, view: "calendar" }) }, "Back to the calendar")),
  ];
}

function form(state, said, list) {
  const name = h("input", { id: "calendar-title", required: true, maxlength: "200", autocomplete: "off" });
  const [mine, concerning] = checkbox("calendar-mine", "Only what concerns me");
  const made = h("form", { class: "inline" },
    h("label", { for: "calendar-title" }, "Name"), name, concerning, h("button", {}, "Make it"));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const calendar = await send("POST", "/calendars", { title: name.value, filter: spelt(filters(state)), mine: mine.checked });
      said.replaceChildren(
        h("p", {}, "Give this address to your calendar program. It is told this once, and whoever has it sees what is in it:"),
        h("p", {}, h("code", { class: "secret", tabindex: "0" }, calendar.address)));
      name.value = "";
      await anew(list);
    } catch (error) {
      said.replaceChildren(h("p", {}, error.message));
    }
  });
  return made;
}

// A calendar keeps the filters themselves: what is saved under the name later does not change it.
function spelt({ saved: name, ...chosen }) {
  return { ...saved.get(name)?.query, ...chosen };
}

async function anew(list) {
  list.replaceChildren(listed((await all("/calendars", { sort: "-created_at" }, 200)).items));
}

function listed(calendars) {
  return table("Your calendars", ["Name", "Up to", "Last used", "Good until", "Its address"], calendars.map((each) => [
    each.title,
    words(each.ceiling),
    each.last_used_at ? shortDay(each.last_used_at.slice(0, 10)) : "Never",
    each.revoked_at ? "Revoked" : shortDay(each.expires_at.slice(0, 10)),
    each.revoked_at ? "Gone" : h("button", { type: "button", "aria-label": `Revoke ${each.title}`, onclick: async (click) => {
      const list = click.currentTarget.closest(".card").querySelector("div");
      click.currentTarget.disabled = true;
      await send("DELETE", `/calendars/${each.id}`);
      await anew(list);
    } }, "Revoke"),
  ]), "You have none yet.");
}
