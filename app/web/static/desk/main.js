// The page: who looks, what they look at, and that it stays current.

import { Problem, address, all, ask, bearer, follow, onRefusal, signIn, signOut, token } from "./api.js";
import { h } from "./dom.js";
import { filterForm, learn } from "./filters.js";
import { names } from "./parts.js";
import { current, go, link } from "./state.js";
import { today } from "./words.js";
import * as calendar from "./views/calendar.js";
import * as calendars from "./views/calendars.js";
import * as coverage from "./views/coverage.js";
import * as engagement from "./views/engagement.js";
import * as engagements from "./views/engagements.js";
import * as late from "./views/late.js";
import * as map from "./views/map.js";
import * as overview from "./views/overview.js";
import * as partner from "./views/partner.js";
import * as partners from "./views/partners.js";
import * as search from "./views/search.js";

const VIEWS = { overview, calendar, calendars, map, partners, partner, coverage, late, engagements, engagement, search };
const place = (id) => document.getElementById(id);

let me = null;
let stop = null;
let turn = 0; // the newest wish wins: an answer to an older one is not shown
let due = 0;

// A file of the register, which a link could not fetch, since it cannot send the token.
async function taken(button, path, parameters, name) {
  button.disabled = true;
  try {
    const answer = await fetch(address(path, parameters), { headers: bearer() });
    if (!answer.ok) throw new Problem(answer.status, await answer.json());
    const file = URL.createObjectURL(await answer.blob());
    h("a", { href: file, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(file), 60000);
  } catch (error) {
    say(error.message);
  }
  button.disabled = false;
}

function say(text) {
  place("said").textContent = text;
}

async function show({ quietly = false, moved = false } = {}) {
  const mine = ++turn;
  const state = current();
  const view = VIEWS[state.view] ?? overview;
  const frame = place("view");
  for (const each of document.querySelectorAll("nav[aria-label=Views] a")) {
    const named = new URL(each.href).searchParams.get("view") ?? "overview";
    if (named === state.view) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  if (!quietly) frame.setAttribute("aria-busy", "true");
  try {
    const shown = await view.show(state, { now: today(), me, taken });
    if (mine !== turn) return;
    const { title, body } = Array.isArray(shown) ? { title: view.title, body: shown } : shown;
    place("title").textContent = title;
    document.title = `${title} - Engagement register`;
    place("filters").replaceChildren(...(view.filtered ? [filterForm(state)] : []));
    frame.replaceChildren(...body.filter(Boolean));
    say("");
    if (moved) place("main").focus({ preventScroll: true }); // as after any page that is loaded, reading begins here
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof Problem)) console.error(error);
    if (!quietly) frame.replaceChildren(h("p", { class: "empty" }, error.message || "The register does not answer."));
    say(error.message || "The register does not answer.");
  }
  if (mine === turn) frame.removeAttribute("aria-busy");
}

// What changes elsewhere is shown here a little later, and many changes at once.
function changed() {
  clearTimeout(due);
  due = setTimeout(() => !document.hidden && !typing() && show({ quietly: true }), 1500);
}

const typing = () => ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName);

// A tab that nobody looks at follows nothing: a browser has few connections to one server.
function listen() {
  stop?.();
  stop = me && !document.hidden ? follow(changed) : null;
}

async function begin() {
  if (!token()) return greet();
  try {
    me = await ask("/me");
  } catch (error) {
    return greet(error.message);
  }
  place("who").textContent = `${me.name}, ${me.clearance}`;
  document.body.dataset.signedIn = "yes";
  const [partners] = await Promise.all([all("/partners", { fields: "code,name" }, 1000), learn()]);
  for (const each of partners.items) names.set(each.code, each.name);
  await show();
  listen();
}

function greet(reason) {
  me = null;
  listen();
  signOut();
  delete document.body.dataset.signedIn;
  place("title").textContent = "Sign in";
  place("filters").replaceChildren();
  place("who").textContent = "";
  say(reason ?? "");
  const input = h("input", { id: "token", type: "password", autocomplete: "off", required: true, spellcheck: "false" });
  const form = h("form", { class: "sign-in card" },
    h("label", { for: "token" }, "Token"), input,
    h("p", { class: "quiet" }, "An API token (det_…), or an access token of your identity provider. It is kept by this tab only, and is gone with it."),
    h("button", {}, "Sign in"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    signIn(input.value.trim());
    begin();
  });
  place("view").replaceChildren(form);
  place("view").removeAttribute("aria-busy");
  input.focus();
}

function theme(wanted) {
  if (wanted) localStorage.setItem("theme", wanted);
  const chosen = localStorage.getItem("theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  place("theme").textContent = dark ? "Light" : "Dark";
  return dark;
}

document.addEventListener("click", (click) => {
  const anchor = click.target.closest("a[href]");
  if (!anchor || click.button || click.ctrlKey || click.metaKey || click.shiftKey) return;
  const to = new URL(anchor.href.baseVal ?? anchor.href, location.href);
  if (to.origin !== location.origin || to.pathname !== location.pathname || to.hash || anchor.hasAttribute("download")) return;
  click.preventDefault();
  go(to.href);
  window.scrollTo(0, 0);
});
document.addEventListener("keydown", (press) => {
  if (press.key === "/" && !typing()) {
    press.preventDefault();
    place("q").focus();
  }
});
window.addEventListener("popstate", () => me && show({ moved: true }));
document.addEventListener("visibilitychange", () => {
  listen();
  if (me && !document.hidden) show({ quietly: true });
});
window.addEventListener("pagehide", () => stop?.());
window.addEventListener("pageshow", (event) => event.persisted && listen());
place("search").addEventListener("submit", (event) => {
  event.preventDefault();
  if (me && place("q").value.trim()) go(link({ view: "search", q: place("q").value.trim() }));
});
place("theme").addEventListener("click", () => theme(theme() ? "light" : "dark"));
place("leave").addEventListener("click", () => greet("You are signed out."));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme());
onRefusal((reason) => me && greet(reason));
theme();
begin();
