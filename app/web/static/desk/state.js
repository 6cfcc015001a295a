// What the page shows stands in its address, so that a view can be sent, kept and gone back to.

export const FILTERS = ["kind", "partner", "region", "country", "level", "lead", "status", "priority", "q", "saved"];

export function current() {
  const query = new URLSearchParams(location.search);
  const state = { view: query.get("view") ?? "overview" };
  for (const name of new Set(query.keys())) {
    if (name !== "view") state[name] = query.getAll(name).length > 1 ? query.getAll(name) : query.get(name);
  }
  return state;
}

// The filters of the state, as the register's lists take them.
export function filters(state) {
  return Object.fromEntries(FILTERS.filter((name) => state[name]).map((name) => [name, state[name]]));
}

export function link(changes, base = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...base, ...changes })) {
    if (name === "view" && value === "overview") continue;
    for (const each of [value].flat()) if (each !== null && each !== undefined && each !== "") query.append(name, each);
  }
  return `./${query.size ? `?${query}` : ""}`;
}

// The same with the filters that are in force.
export const onward = (changes) => link(changes, filters(current()));

export function go(address) {
  history.pushState(null, "", address);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
