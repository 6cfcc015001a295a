// How to see the register in a calendar of one's own.

import { h } from "../dom.js";
import { section } from "../parts.js";

export const title = "Subscribe a calendar";

export async function show(_state, { request }) {
  const list = h("ul", { class: "plain" });
  const said = h("p", { role: "status" });
  const name = h("input", { id: "calendar-name", required: true, maxlength: "200", autocomplete: "off" });
  const refresh = async () => {
    const found = await request("GET", "/calendars");
    list.replaceChildren(...(found.items.length ? found.items.map((each) => row(each, request, refresh)) : [h("li", { class: "empty" }, "You have none yet.")]));
  };
  const form = h("form", { class: "inline" },
    h("label", { for: "calendar-name" }, "Name "), name, h("button", {}, "Make a calendar"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const made = await request("POST", "/calendars", { name: name.value, query: {} });
      said.replaceChildren("Paste this address into your calendar. It is told once, and whoever has it sees the calendar: ",
        h("code", {}, made.url ?? made.address ?? made.secret));
      name.value = "";
      await refresh();
    } catch (error) {
      said.textContent = error.message;
    }
  });
  await refresh();
  return [section("A new one", form, said), section("Yours", list)];
}

function row(calendar, request, refresh) {
  const revoke = h("button", { type: "button", onclick: async () => { await request("DELETE", `/calendars/${calendar.id}`); await refresh(); } }, "Revoke");
  return h("li", {}, calendar.name, " ", calendar.revoked_at ? "(revoked)" : revoke);
}
