import { element } from "./dom.js";
import { languages } from "./i18n.js";

/** The switch between the languages. */
export function languageSelect(text, onChange) {
  const options = languages.map(([code, name]) =>
    element("option", { value: code, lang: code, selected: code === text.code }, name));
  return element("select", {
    className: "language",
    dataset: { testid: "language" },
    ariaLabel: text.of("language"),
    onchange: ({ target }) => onChange(target.value),
  }, options);
}
