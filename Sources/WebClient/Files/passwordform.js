import { element } from "./dom.js";
import { Form } from "./form.js";
import { passwordField } from "./passwordfield.js";

/** Asks for the current and a new password and changes it. `onDone` gets the sentence that says so. */
export function passwordForm({ api, account, text, onDone }) {
  const old = passwordField({
    text, id: "old-password", testid: "old-password", label: text.of("oldPassword"), autocomplete: "current-password",
  });
  const fresh = passwordField({
    text, id: "new-password", testid: "new-password", label: text.of("newPassword"), hint: text.of("passwordHint"),
    autocomplete: "new-password",
  });
  const done = element("p", { className: "done", dataset: { testid: "password-done" } });
  const form = new Form({
    text,
    testid: "password-form",
    inputs: { oldPassword: old.input, newPassword: fresh.input },
    submit: element("button", { type: "submit", className: "primary", dataset: { testid: "change-password" } }, text.of("changePassword")),
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

// Not for people: it tells a password manager whose password this is.
function userName(account) {
  return element("input", {
    type: "text", name: "username", autocomplete: "username", value: account.handle, readOnly: true, hidden: true,
  });
}
