import { Announcer } from "./announcer.js";
import { element, icon } from "./dom.js";
import { passwordForm } from "./passwordform.js";
import { SessionsView } from "./sessionsview.js";

/** Where one's account is logged in, and its password. */
export class AccountDialog {
  element;
  #api;
  #account;
  #text;

  constructor({ api, account, text }) {
    this.#api = api;
    this.#account = account;
    this.#text = text;
    this.element = element("dialog", {
      className: "account-dialog",
      "aria-labelledby": "account-heading",
      dataset: { testid: "account-dialog" },
      // No password stays behind.
      onclose: () => this.element.replaceChildren(),
    });
  }

  /** Reads where the account is logged in, and shows everything anew. */
  open() {
    const text = this.#text;
    // The page's own announcer is silent behind an open dialog.
    const announcer = new Announcer();
    const sessions = new SessionsView({ api: this.#api, text, announcer });
    const onDone = (line) => {
      announcer.say(line);
      sessions.load();
    };
    this.element.replaceChildren(
      this.#header(),
      sessions.element,
      element("section", { "aria-labelledby": "password-heading" },
        element("h3", { id: "password-heading" }, text.of("changePassword")),
        element("p", { className: "hint" }, text.of("changePasswordHint")),
        passwordForm({ api: this.#api, account: this.#account, text, onDone })),
      announcer.element);
    this.element.showModal();
    sessions.load();
  }

  #header() {
    const close = this.#text.of("close");
    return element("header", {},
      element("h2", { id: "account-heading", tabIndex: -1, autofocus: true }, this.#text.of("account")),
      element("button", {
        type: "button",
        className: "quiet",
        title: close,
        ariaLabel: close,
        dataset: { testid: "close" },
        onclick: () => this.element.close(),
      }, icon("close")));
  }
}
