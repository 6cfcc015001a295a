// Elements. Text is always set as text; the one piece of HTML from the server is a snippet, of which only marks are kept.

const SVG = "http://www.w3.org/2000/svg";

export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

export function snippet(text) {
  const parsed = new DOMParser().parseFromString(text, "text/html").body;
  return h(
    "p",
    { class: "snippet" },
    [...parsed.childNodes].map((each) => (each.nodeName === "MARK" ? h("mark", {}, each.textContent) : each.textContent)),
  );
}

const loaded = new Map();

// A library of this server, loaded when it is first wanted.
export function library(file) {
  if (!loaded.has(file)) {
    loaded.set(
      file,
      new Promise((resolve, reject) => {
        const place = new URL(`../vendor/${file}`, import.meta.url).href;
        const tag = file.endsWith(".css")
          ? h("link", { rel: "stylesheet", href: place })
          : h("script", { src: place });
        tag.addEventListener("load", resolve);
        tag.addEventListener("error", () => reject(new Error(`${file} cannot be loaded.`)));
        document.head.append(tag);
      }),
    );
  }
  return loaded.get(file);
}

export async function shipped(file) {
  if (!loaded.has(file)) {
    loaded.set(file, fetch(new URL(`../vendor/${file}`, import.meta.url)).then((answer) => answer.json()));
  }
  return loaded.get(file);
}
