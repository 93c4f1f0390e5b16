import { field } from "./form.js";

/** A field for a handle. */
export function handleField({ text, ...properties }) {
  return field({
    id: "handle", testid: "handle", label: text.of("handle"),
    autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true, ...properties,
  });
}
