"use strict";

const target = document.getElementById("swagger-ui");

const at = (document, path) => path.reduce((found, name) => found?.[name], document);

// A part of the document with what it refers to in place of the references; what leads back to itself ends there.
function whole(value, document, above = []) {
  if (Array.isArray(value)) return value.map((each) => whole(each, document, above));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$ref !== "string") {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, whole(each, document, above)]));
  }
  const { $ref, ...beside } = value;
  const path = $ref.split("/").slice(1);
  if (above.includes($ref)) return { title: path.at(-1), ...beside };
  return { ...whole(at(document, path), document, [...above, $ref]), ...beside };
}

// Swagger UI's own resolver reads the whole document anew for each operation that is opened, which takes seconds.
const resolver = { fn: { resolveSubtree: async (document, path) => ({ spec: whole(at(document, path), document), errors: [] }) } };

SwaggerUIBundle({
  url: target.dataset.openapi,
  domNode: target,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  validatorUrl: null, // the default sends the document to a public server
  persistAuthorization: false, // a token must not stay behind in the browser
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  plugins: [() => resolver],
});

// What a screen reader stumbles over in Swagger UI 5.35, mended as it appears: [where, attribute, value].
const mends = [
  ["main", "role", "group"], // this page has a main landmark of its own
  [".info .title", "aria-level", "2"],
  ["h3.opblock-tag, .modal-ux-header h3", "aria-level", "2"],
  [".opblock-summary-control a[href]", "href", null], // a link in a button; the button leads there too
  ["h4", "aria-level", "3"],
  ["h5", "aria-level", "4"],
  ["button.close-modal", "aria-label", "Close"],
  ["button.authorize[aria-label]", "aria-label", null], // hides the visible name
  ["textarea.body-param__text", "aria-label", "Request body"],
  ["pre.microlight", "tabindex", "0"], // it scrolls
  ["#servers", "aria-label", "Server"],
  ["tr[data-param-name] select", "aria-label", (select) => select.closest("tr").dataset.paramName],
  ["table.responses-table[role]", "role", null],
];

function mend() {
  for (const [where, attribute, value] of mends) {
    for (const element of target.querySelectorAll(where)) {
      const text = typeof value === "function" ? value(element) : value;
      if (text === null) element.removeAttribute(attribute);
      else if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
    }
  }
}

let due = 0;
new MutationObserver(() => {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(mend);
}).observe(target, { childList: true, subtree: true });
