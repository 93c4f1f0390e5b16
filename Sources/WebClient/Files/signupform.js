import { element } from "./dom.js";
import { Form, field } from "./form.js";
import { handleField } from "./handlefield.js";
import { nameField } from "./namefield.js";
import { passwordField } from "./passwordfield.js";
import { submitButton } from "./submitbutton.js";

/**
 * Asks for what a new account needs; `send` gets {handle, displayName, password, invitation}. `server` is what it says of
 * itself; `invitation` is the code that a link brought, and then nobody is asked for one unless it is refused.
 */
export function signUpForm({ text, server, invitation, name, submit, send }) {
  const handle = handleField({ text, hint: text.of("handleHint") });
  const displayName = nameField({ text, note: text.of("optional"), value: name });
  const password = passwordField({
    text, id: "password", testid: "password", label: text.of("password"), autocomplete: "new-password",
    hint: text.of("passwordHint", { count: server.passwordMinimum }),
  });
  const code = field({
    id: "invitation", testid: "invitation", label: text.of("invitationCode"),
    note: server.signUp === "invite" ? null : text.of("optional"), value: invitation,
    autocomplete: "off", autocapitalize: "none", spellcheck: false,
  });
  const invited = element("p", { className: "hint", hidden: !invitation, dataset: { testid: "invited" } }, text.of("invited"));
  code.node.hidden = Boolean(invitation) || server.signUp !== "invite";
  return new Form({
    text,
    testid: "signup-form",
    inputs: { handle: handle.input, displayName: displayName.input, password: password.input, invitation: code.input },
    submit: submitButton(submit),
    send: async () => {
      try {
        await send({
          handle: handle.input.value.trim(),
          displayName: displayName.input.value.trim(),
          password: password.input.value,
          invitation: code.input.value.trim(),
        });
      } catch (problem) {
        if (problem.field === "invitation" || problem.code === "invitation_required") {
          invited.hidden = true;
          code.node.hidden = false;
        }
        throw problem;
      }
    },
    children: [invited, code.node, handle.node, displayName.node, password.node],
  });
}
