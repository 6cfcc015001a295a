"use strict";

const target = document.getElementById("swagger-ui");

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
