import { element } from "./dom.js";
import { Form, field } from "./form.js";
import { languageSelect } from "./languageselect.js";
import { passwordField } from "./passwordfield.js";

/** Log in and sign up. `mode` is "login" or "signup"; `notice` is the key of a phrase; `onDone` gets the account. */
export class AuthView {
  element;
  #options;

  constructor(options) {
    this.#options = options;
    const { text, mode, notice, onLanguage, onMode } = options;
    const form = mode === "signup" ? this.#signUpForm() : this.#logInForm();
    if (notice) form.show(text.of(notice));
    const isNew = mode === "signup";
    this.element = element("main", { className: "auth" },
      element("div", { className: "auth-card" },
        element("header", { className: "auth-header" },
          element("img", { src: "/icon.svg", alt: "", width: 56, height: 56 }),
          element("h1", {}, element("span", { className: "wordmark", lang: "ja" }, "電話"), " Denwa"),
          element("p", { className: "tagline" }, text.of("tagline"))),
        form.element,
        element("p", { className: "auth-switch" },
          text.of(isNew ? "haveAccount" : "noAccount"), " ",
          element("button", {
            type: "button",
            className: "link",
            dataset: { testid: isNew ? "show-login" : "show-signup" },
            onclick: () => onMode(isNew ? "login" : "signup"),
          }, text.of(isNew ? "logIn" : "signUp")))),
      languageSelect(text, onLanguage));
  }

  /** Puts the cursor into the first field. */
  focus() {
    this.element.querySelector("input").focus();
  }

  #logInForm() {
    const { text, api, onDone } = this.#options;
    const handle = this.#handleField();
    const password = this.#passwordField({ autocomplete: "current-password" });
    return new Form({
      text,
      testid: "login-form",
      inputs: { handle: handle.input, password: password.input },
      submit: this.#submitButton("logIn"),
      send: async () => onDone(await api.logIn({ handle: handle.input.value.trim(), password: password.input.value })),
      children: [handle.node, password.node],
    });
  }

  #signUpForm() {
    const { text, api, onDone } = this.#options;
    const handle = this.#handleField(text.of("handleHint"));
    const displayName = field({
      id: "display-name", testid: "display-name", label: text.of("displayName"), note: text.of("optional"),
      autocomplete: "nickname", maxLength: 128,
    });
    const password = this.#passwordField({ autocomplete: "new-password", hint: text.of("passwordHint") });
    const inputs = { handle: handle.input, displayName: displayName.input, password: password.input };
    return new Form({
      text,
      testid: "signup-form",
      inputs,
      submit: this.#submitButton("signUp"),
      send: async () => onDone(await api.signUp({
        handle: handle.input.value.trim(),
        displayName: displayName.input.value.trim(),
        password: password.input.value,
      })),
      children: [handle.node, displayName.node, password.node],
    });
  }

  #handleField(hint) {
    const { text } = this.#options;
    return field({
      id: "handle", testid: "handle", label: text.of("handle"), hint,
      autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true,
    });
  }

  #passwordField(properties) {
    const { text } = this.#options;
    return passwordField({ text, id: "password", testid: "password", label: text.of("password"), ...properties });
  }

  #submitButton(label) {
    return element("button", { type: "submit", className: "primary", dataset: { testid: "submit" } }, this.#options.text.of(label));
  }
}
