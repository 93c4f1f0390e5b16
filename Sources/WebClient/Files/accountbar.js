import { avatar } from "./avatar.js";
import { element, icon } from "./dom.js";

/** Who is logged in, the way to the account's own matters, and the way out. `me` is the server's answer to that question. */
export class AccountBar {
  element;
  #text;
  #detail = element("span");

  constructor({ me, text, onOpen, onLogOut }) {
    const { account } = me;
    this.#text = text;
    this.element = element("footer", { className: "account" },
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
          element("bdi", { className: "account-display" }, account.displayName), this.#detail),
        icon("settings")),
      element("button", {
        type: "button",
        className: "quiet",
        title: text.of("logOut"),
        ariaLabel: text.of("logOut"),
        dataset: { testid: "logout" },
        onclick: onLogOut,
      }, icon("exit")));
    this.update(me);
  }

  /** Shows the handle, unless there is something to be done. That of a guest says nothing. */
  update({ account, role, secondFactor }) {
    if (role === "guest") this.#show("mark", "guest-mark", this.#text.of("guest"));
    else if (secondFactor.required && !secondFactor.enabled) this.#show("due", "second-factor-due", this.#text.of("secondFactorDue"));
    else this.#show("account-handle", "own-handle", `@${account.handle}`);
  }

  #show(className, testid, line) {
    this.#detail.className = className;
    this.#detail.dataset.testid = testid;
    this.#detail.textContent = line;
  }
}
