import { authCard } from "./authcard.js";
import { element } from "./dom.js";
import { guestForm } from "./guestform.js";
import { LogInForm } from "./loginform.js";
import { signUpForm } from "./signupform.js";

/**
 * The ways in: `mode` is "login", "signup" or "guest". `server` says which there are, `invitation` is the code a link
 * brought, `handle` is filled in, `progress` is the log-in's; `notice` (something is wrong) and `done` (all is well) are sentences' keys.
 * `onDone` is called when one is in.
 */
export class AuthView {
  element;
  #options;
  #ways;

  constructor(options) {
    this.#options = options;
    const { text, notice, done, onLanguage } = options;
    const form = this.#form();
    this.#ways = this.#otherWays();
    form.resume?.();
    if (notice) form.show(text.of(notice));
    this.element = authCard({ text, onLanguage },
      done ? element("p", { className: "done", role: "alert", dataset: { testid: "auth-done" } }, text.of(done)) : null,
      form.element,
      this.#ways);
  }

  /** Puts the cursor into the first field that is empty. */
  focus() {
    [...this.element.querySelectorAll("input")].find((input) => input.value === "" && !input.closest("[hidden]"))?.focus();
  }

  #form() {
    const { text, api, server, mode, handle, progress, invitation, onDone } = this.#options;
    if (mode === "guest") return guestForm({ text, api, onDone });
    if (mode === "login") {
      const onStep = (isSecond) => {
        this.#ways.hidden = isSecond;
      };
      return new LogInForm({ text, api, handle, progress, onStep, onDone });
    }
    return signUpForm({
      text, server, invitation,
      submit: text.of("signUp"),
      send: async (details) => {
        await api.signUp(details);
        await onDone();
      },
    });
  }

  #otherWays() {
    const { server, mode, invitation } = this.#options;
    const question = server.signUp === "invite" && !invitation ? "haveInvitation" : "noAccount";
    return element("div", { className: "auth-ways" },
      mode === "login" ? null : this.#way("haveAccount", "logIn", "login"),
      mode === "signup" || server.signUp === "closed" ? null : this.#way(question, "signUp", "signup"),
      mode === "guest" || !server.guests ? null : this.#way("justLooking", "joinAsGuest", "guest"));
  }

  #way(question, label, mode) {
    const { text, onMode } = this.#options;
    return element("p", { className: "auth-switch" },
      text.of(question), " ",
      element("button", {
        type: "button", className: "link", dataset: { testid: `show-${mode}` }, onclick: () => onMode(mode),
      }, text.of(label)));
  }
}
