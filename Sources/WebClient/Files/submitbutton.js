import { element } from "./dom.js";

/** The button that sends a form. */
export function submitButton(label, testid = "submit") {
  return element("button", { type: "submit", className: "primary", dataset: { testid } }, label);
}
