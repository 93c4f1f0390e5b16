import { Form } from "./form.js";
import { nameField } from "./namefield.js";
import { submitButton } from "./submitbutton.js";

/** Asks a guest for a name. `onDone` is called when one is in. */
export function guestForm({ text, api, onDone }) {
  const name = nameField({ text, hint: text.of("guestHint"), required: true });
  return new Form({
    text,
    testid: "guest-form",
    inputs: { displayName: name.input },
    submit: submitButton(text.of("joinAsGuest")),
    send: async () => {
      await api.joinAsGuest({ displayName: name.input.value.trim() });
      await onDone();
    },
    children: [name.node],
  });
}
