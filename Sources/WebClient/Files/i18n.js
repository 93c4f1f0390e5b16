import en from "./en.js";
import ja from "./ja.js";
import { Times } from "./times.js";

const dictionaries = { en, ja };

/** The languages of the client and what each calls itself. */
export const languages = [["en", "English"], ["ja", "日本語"]];

/** The first wanted language that has a dictionary. */
export function pickLanguage(wanted) {
  const known = wanted.map((tag) => tag.split("-")[0].toLowerCase()).find((code) => Object.hasOwn(dictionaries, code));
  return known ?? "en";
}

/** The words of one language. */
export class Text {
  code;
  times;
  #words;
  #plural;
  #number;

  constructor(code, wanted = []) {
    // "en-GB" before "en": the reader's own habit of writing times.
    const locale = wanted.find((tag) => tag.split("-")[0].toLowerCase() === code) ?? code;
    this.code = code;
    this.#words = dictionaries[code];
    this.#plural = new Intl.PluralRules(code);
    this.#number = new Intl.NumberFormat(locale);
    this.times = new Times(locale, this.#words);
  }

  /** The phrase `key` with its `{members}` filled in. A `count` is written with the language's separators. */
  of(key, members = {}) {
    const entry = this.#words[key];
    const phrase = typeof entry === "string" ? entry : entry[this.#plural.select(members.count)] ?? entry.other;
    return phrase.replace(/\{(\w+)\}/g, (_, member) => this.#written(members[member]));
  }

  #written(value) {
    return typeof value === "number" ? this.#number.format(value) : String(value);
  }

  /** What went wrong, in this language if it can say it, else in the server's words. */
  problem({ code, field, detail }) {
    const { errors } = this.#words;
    return errors[`${code}.${field}`] ?? errors[code] ?? (detail || code);
  }
}
