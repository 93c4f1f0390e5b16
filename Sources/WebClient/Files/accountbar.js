import { avatar } from "./avatar.js";
import { element, icon } from "./dom.js";

/** Who is logged in, and the way out. */
export function accountBar({ account, text, onLogOut }) {
  return element("footer", { className: "account" },
    avatar(account),
    element("div", { className: "account-name" },
      element("bdi", { className: "account-display" }, account.displayName),
      element("span", { className: "account-handle" }, `@${account.handle}`)),
    element("button", {
      type: "button",
      className: "quiet",
      title: text.of("logOut"),
      ariaLabel: text.of("logOut"),
      dataset: { testid: "logout" },
      onclick: onLogOut,
    }, icon("exit")));
}
