import { element } from "./dom.js";

/** Not for people: it tells a password manager whose password the form is about. */
export function userName(account) {
  return element("input", {
    type: "text", name: "username", autocomplete: "username", value: account.handle, readOnly: true, hidden: true,
  });
}
