import { avatar } from "./avatar.js";
import { element, icon } from "./dom.js";

/** Who is logged in, the way to the account's own matters, and the way out. */
export function accountBar({ account, text, onOpen, onLogOut }) {
  return element("footer", { className: "account" },
    element("button", {
      type: "button",
      className: "account-open",
      ariaHasPopup: "dialog",
      dataset: { testid: "account" },
      onclick: onOpen,
    },
      element("span", { className: "visually-hidden" }, text.of("account")),
      avatar(account),
      element("span", { className: "account-name" },
        element("bdi", { className: "account-display" }, account.displayName),
        element("span", { className: "account-handle" }, `@${account.handle}`)),
      icon("settings")),
    element("button", {
      type: "button",
      className: "quiet",
      title: text.of("logOut"),
      ariaLabel: text.of("logOut"),
      dataset: { testid: "logout" },
      onclick: onLogOut,
    }, icon("exit")));
}
