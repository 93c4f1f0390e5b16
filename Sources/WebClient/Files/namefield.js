import { field } from "./form.js";

/** A field for the name that others see. */
export function nameField({ text, ...properties }) {
  return field({
    id: "display-name", testid: "display-name", label: text.of("displayName"), autocomplete: "nickname", maxLength: 128, ...properties,
  });
}
