import { element, icon } from "./dom.js";
import { field } from "./form.js";

/** A field for a password, with a button that shows what was typed. */
export function passwordField({ text, ...properties }) {
  const password = field({ type: "password", required: true, ...properties });
  const toggle = element("button", {
    type: "button",
    className: "quiet reveal",
    ariaLabel: text.of("showPassword"),
    title: text.of("showPassword"),
    ariaPressed: "false",
    onclick: () => {
      const isShown = password.input.type === "text";
      password.input.type = isShown ? "password" : "text";
      toggle.ariaPressed = String(!isShown);
    },
  }, icon("eye"));
  password.input.after(toggle);
  password.node.classList.add("with-reveal");
  return password;
}
