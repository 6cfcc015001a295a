// Asking the register. The token is kept by this tab only, and is gone with it.

const KEY = "register-token";
const kept = new Map(); // by address: the ETag and what it stood for, so that asking again costs next to nothing
let refused = () => {};

export const token = () => sessionStorage.getItem(KEY);

export function signIn(value) {
  sessionStorage.setItem(KEY, value);
}

export function signOut() {
  sessionStorage.removeItem(KEY);
  kept.clear();
}

export function onRefusal(callback) {
  refused = callback;
}

export class Problem extends Error {
  constructor(status, document) {
    const faults = (document.errors ?? []).map((each) => `${each.parameter ?? each.pointer}: ${each.detail}`);
    super([document.detail ?? document.title, ...faults].join(" "));
    this.status = status;
  }
}

export const bearer = () => ({ Authorization: `Bearer ${token()}` });

// Where the page behind a page begins; null where there is none.
export const cursorOf = ({ next }) => next && new URL(next).searchParams.get("cursor");

export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of [value].flat()) if (each !== "" && each !== null && each !== undefined) query.append(name, each);
  }
  return `api/v1${path}${query.size ? `?${query}` : ""}`;
}

export async function ask(path, parameters = {}) {
  const place = path.startsWith("http") ? path : address(path, parameters);
  const before = kept.get(place);
  const headers = { ...bearer(), Accept: "application/json" };
  if (before) headers["If-None-Match"] = before.tag;
  const answer = await fetch(place, { headers, cache: "no-store" });
  if (answer.status === 304) return before.document;
  const document = await answer.json().catch(() => ({ detail: answer.statusText }));
  if (answer.status === 401) refused(document.detail);
  if (!answer.ok) throw new Problem(answer.status, document);
  const tag = answer.headers.get("ETag");
  if (kept.size > 500) kept.clear();
  if (tag) kept.set(place, { tag, document });
  return document;
}

// What changes something in the register. It never is the answer to an older question, so nothing of it is kept.
export async function send(method, path, body) {
  const headers = { ...bearer(), Accept: "application/json", "Content-Type": "application/json" };
  const answer = await fetch(address(path), { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (answer.status === 204) return null;
  const document = await answer.json().catch(() => ({ detail: answer.statusText }));
  if (answer.status === 401) refused(document.detail);
  if (!answer.ok) throw new Problem(answer.status, document);
  return document;
}

// Up to `most` records of a list, page after page; `more` tells whether there are others.
export async function all(path, parameters = {}, most = 1000) {
  let page = await ask(path, { limit: Math.min(200, most), ...parameters });
  const items = [...page.items];
  const markings = [page.marking];
  while (page.next && items.length < most) {
    page = await ask(local(page.next));
    items.push(...page.items);
    markings.push(page.marking);
  }
  return { items, more: page.next !== null, marking: markings.at(-1), markings };
}

// `next` names the server as it sees itself, which may be behind a proxy; the page stays where it is.
function local(next) {
  const place = new URL(next);
  return new URL(`api/v1${place.pathname.split("/api/v1")[1]}${place.search}`, document.baseURI).href;
}

// What a part of a page asks for that may be there or not: null where the role or the register does not have it.
export async function perhaps(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Problem && [403, 404, 422].includes(error.status)) return null;
    throw error;
  }
}

// Tells of changes as they happen, until it is stopped. EventSource cannot send a token, so the stream is read here.
export function follow(changed) {
  const stopped = new AbortController();
  let place = null;
  const run = async () => {
    while (!stopped.signal.aborted) {
      try {
        const headers = { ...bearer(), Accept: "text/event-stream" };
        if (place) headers["Last-Event-ID"] = place;
        const answer = await fetch(address("/changes/stream"), { headers, signal: stopped.signal });
        if (!answer.ok) throw new Error(answer.statusText);
        for await (const event of events(answer.body)) {
          if (event.id) place = event.id;
          if (event.data) changed();
        }
      } catch (error) {
        if (stopped.signal.aborted) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
  };
  run();
  return () => stopped.abort();
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const pieces = text.split("\n\n");
    text = pieces.pop();
    for (const piece of pieces) {
      const fields = piece.split("\n").map((line) => line.split(/: ?(.*)/s));
      yield { id: fields.find(([name]) => name === "id")?.[1], data: fields.find(([name]) => name === "data")?.[1] };
    }
  }
}
