import { element } from "./dom.js";
import { Form } from "./form.js";
import { passwordField } from "./passwordfield.js";
import { submitButton } from "./submitbutton.js";
import { userName } from "./username.js";

/** Asks for the current and a new password. `onDone` gets the sentence that says that it was changed. */
export function passwordForm({ api, account, server, text, onDone }) {
  const old = passwordField({
    text, id: "old-password", testid: "old-password", label: text.of("oldPassword"), autocomplete: "current-password",
  });
  const fresh = passwordField({
    text, id: "new-password", testid: "new-password", label: text.of("newPassword"), autocomplete: "new-password",
    hint: text.of("passwordHint", { count: server.passwordMinimum }),
  });
  const done = element("p", { className: "done", dataset: { testid: "password-done" } });
  const form = new Form({
    text,
    testid: "password-form",
    inputs: { oldPassword: old.input, newPassword: fresh.input },
    submit: submitButton(text.of("changePassword"), "change-password"),
    send: async () => {
      done.textContent = "";
      await api.changePassword({ oldPassword: old.input.value, newPassword: fresh.input.value });
      old.input.value = fresh.input.value = "";
      done.textContent = text.of("passwordChanged");
      onDone(done.textContent);
    },
    children: [userName(account), old.node, fresh.node, done],
  });
  return form.element;
}
