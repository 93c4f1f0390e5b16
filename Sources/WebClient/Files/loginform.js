import { codeField } from "./codefield.js";
import { element } from "./dom.js";
import { Form } from "./form.js";
import { handleField } from "./handlefield.js";
import { passwordField } from "./passwordfield.js";
import { submitButton } from "./submitbutton.js";

/**
 * Asks for handle and password, and then for a code if the account wants one. Between the two steps the password is kept
 * in `progress.credentials` and not in the page; a form with the same `progress` can go on there. `onStep` gets whether the
 * code is asked for; `onDone` is called when one is logged in.
 */
export class LogInForm {
  element = element("div");
  #options;
  #first;
  #handle;
  #password;

  constructor({ text, api, handle, progress, onStep, onDone }) {
    this.#options = { text, api, progress, onStep, onDone };
    this.#handle = handleField({ text, value: progress.credentials?.handle ?? handle });
    this.#password = passwordField({
      text, id: "password", testid: "password", label: text.of("password"), autocomplete: "current-password",
    });
    this.#first = new Form({
      text,
      testid: "login-form",
      inputs: { handle: this.#handle.input, password: this.#password.input },
      submit: submitButton(text.of("logIn")),
      send: () => this.#logIn(),
      children: [this.#handle.node, this.#password.node],
    });
    this.element.append(this.#first.element);
  }

  /** Shows a sentence where errors are shown. */
  show(sentence) {
    this.#first.show(sentence);
  }

  /** Asks for the code if that was the step. */
  resume() {
    if (this.#options.progress.credentials) this.#askCode(this.#options.progress.credentials);
  }

  async #logIn() {
    const { api, onDone } = this.#options;
    const credentials = { handle: this.#handle.input.value.trim(), password: this.#password.input.value };
    try {
      await api.logIn(credentials);
    } catch (problem) {
      if (problem.code !== "second_factor_required") throw problem;
      return this.#askCode(credentials);
    }
    await onDone();
  }

  #askCode(credentials) {
    const { text, api, progress, onStep, onDone } = this.#options;
    progress.credentials = credentials;
    const code = codeField({ text, id: "code", onSwitch: () => second.forgive() });
    const second = new Form({
      text,
      testid: "code-form",
      inputs: { code: code.input },
      submit: submitButton(text.of("logIn")),
      send: async () => {
        try {
          await api.logIn({ ...credentials, code: code.input.value.trim() });
        } catch (problem) {
          if (problem.code === "wrong_credentials") return this.#back(text.problem(problem));
          code.input.select();
          throw problem;
        }
        await onDone();
      },
      children: [code.node],
    });
    second.element.append(element("button", {
      type: "button", dataset: { testid: "back-to-password" }, onclick: () => this.#back(),
    }, text.of("back")));
    this.#password.input.value = "";
    this.element.replaceChildren(second.element);
    onStep(true);
    code.input.focus();
  }

  #back(sentence = "") {
    this.#options.progress.credentials = null;
    this.element.replaceChildren(this.#first.element);
    this.#first.show(sentence);
    this.#options.onStep(false);
    this.#password.input.focus();
  }
}
