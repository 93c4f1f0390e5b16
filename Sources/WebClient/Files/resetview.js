import { authCard } from "./authcard.js";
import { element } from "./dom.js";
import { Form } from "./form.js";
import { passwordField } from "./passwordfield.js";
import { submitButton } from "./submitbutton.js";

/**
 * Asks whoever came with a link for a new password. `token` is the link's; `onDone` gets the handle of the account;
 * `onLeave` is called when one does not want to, or cannot.
 */
export class ResetView {
  element;

  constructor({ text, api, server, token, onDone, onLeave, onLanguage }) {
    const fresh = passwordField({
      text, id: "new-password", testid: "new-password", label: text.of("newPassword"), autocomplete: "new-password",
      hint: text.of("passwordHint", { count: server.passwordMinimum }),
    });
    const form = new Form({
      text,
      testid: "reset-form",
      inputs: { newPassword: fresh.input },
      submit: submitButton(text.of("changePassword")),
      send: async () => {
        try {
          const { handle } = await api.resetPassword({ token, newPassword: fresh.input.value });
          await onDone(handle);
        } catch (problem) {
          if (problem.field !== "token") throw problem;
          this.#refuse(form.element, text.problem(problem), leave);
        }
      },
      children: [element("p", { className: "hint" }, text.of("resetHint")), fresh.node],
    });
    const leave = element("button", { type: "button", className: "link", dataset: { testid: "leave-reset" }, onclick: onLeave },
      text.of("backToLogIn"));
    this.element = authCard({ text, onLanguage },
      element("h2", {}, text.of("choosePassword")),
      form.element,
      element("p", { className: "auth-switch" }, leave));
  }

  /** Puts the cursor into the field. */
  focus() {
    this.element.querySelector("input").focus();
  }

  // No other password would help.
  #refuse(form, sentence, leave) {
    form.replaceWith(element("p", { className: "form-error", role: "alert", dataset: { testid: "reset-refused" } }, sentence));
    leave.focus();
  }
}
