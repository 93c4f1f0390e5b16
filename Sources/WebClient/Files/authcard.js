import { element } from "./dom.js";
import { languageSelect } from "./languageselect.js";

/** The page of whoever is not logged in: name and tagline, what it is about, and the switch between the languages. */
export function authCard({ text, onLanguage }, ...children) {
  return element("main", { className: "auth" },
    element("div", { className: "auth-card" },
      element("header", { className: "auth-header" },
        element("img", { src: "/icon.svg", alt: "", width: 56, height: 56 }),
        element("h1", {}, element("span", { className: "wordmark", lang: "ja" }, "電話"), " Denwa"),
        element("p", { className: "tagline" }, text.of("tagline"))),
      ...children),
    languageSelect(text, onLanguage));
}
