import { Announcer } from "./announcer.js";
import { element, icon } from "./dom.js";
import { InvitationsView } from "./invitationsview.js";
import { passwordForm } from "./passwordform.js";
import { SecondFactorView } from "./secondfactorview.js";
import { SessionsView } from "./sessionsview.js";
import { signUpForm } from "./signupform.js";

/** Where one's account is logged in, how one proves that it is one's own, and what its rights allow besides. */
export class AccountDialog {
  element;
  #options;
  #me;

  /**
   * `me` is who is logged in and what they may do, `server` what it says of itself, `invitation` the code a link brought a
   * guest; `onSignUp` makes the guest an account that stays; `onRead` gets `me` whenever it was read anew.
   */
  constructor(options) {
    this.#options = options;
    this.#me = options.me;
    this.element = element("dialog", {
      className: "account-dialog",
      "aria-labelledby": "account-heading",
      dataset: { testid: "account-dialog" },
      // No password and no code stays behind.
      onclose: () => this.element.replaceChildren(),
    });
  }

  /** Reads what the account is now, and shows everything anew. */
  open() {
    // The page's own announcer is silent behind an open dialog.
    const announcer = new Announcer();
    const sections = this.#me.rights.includes("account") ? this.#sections(announcer) : [this.#signUp()];
    this.element.replaceChildren(this.#header(), ...sections, announcer.element);
    this.element.showModal();
  }

  #sections(announcer) {
    const { api, chat, text, onRead } = this.#options;
    const { account, secondFactor } = this.#me;
    const sessions = new SessionsView({ api, account, text, announcer });
    const invitations = new InvitationsView({ api, rooms: chat.rooms, text, announcer });
    const factor = new SecondFactorView({
      api,
      account,
      text,
      announcer,
      onRead: (me) => {
        this.#me = me;
        invitations.allow(me.rights.includes("administer"));
        onRead(me);
      },
      onSwitched: () => sessions.load(),
    });
    sessions.load();
    factor.load();
    const rest = [sessions.element, this.#password(sessions, announcer)];
    const isDue = secondFactor.required && !secondFactor.enabled;
    return isDue ? [factor.element, ...rest, invitations.element] : [...rest, factor.element, invitations.element];
  }

  #signUp() {
    const { server, invitation, text, onSignUp } = this.#options;
    if (server.signUp === "closed") return element("section", {}, element("p", {}, text.problem({ code: "sign_up_closed" })));
    const form = signUpForm({
      text, server, invitation, name: this.#me.account.displayName, submit: text.of("makeAccount"), send: onSignUp,
    });
    return element("section", { "aria-labelledby": "sign-up-heading" },
      element("h3", { id: "sign-up-heading" }, text.of("makeAccount")),
      element("p", { className: "hint" }, text.of("makeAccountHint")),
      form.element);
  }

  #password(sessions, announcer) {
    const { api, server, text } = this.#options;
    const onDone = (line) => {
      announcer.say(line);
      sessions.load();
    };
    return element("section", { "aria-labelledby": "password-heading" },
      element("h3", { id: "password-heading" }, text.of("changePassword")),
      element("p", { className: "hint" }, text.of("changePasswordHint")),
      passwordForm({ api, account: this.#me.account, server, text, onDone }));
  }

  #header() {
    const { text } = this.#options;
    const close = text.of("close");
    return element("header", {},
      element("h2", { id: "account-heading", tabIndex: -1, autofocus: true }, text.of("account")),
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
