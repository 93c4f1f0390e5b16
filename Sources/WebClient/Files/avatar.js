import { element } from "./dom.js";

const TONES = 8;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** An account's initial on a colour that stays the same. */
export function avatar(account) {
  const [first] = graphemes.segment(account.displayName);
  const tone = account.id % TONES;
  return element("span", { className: `avatar tone-${tone}`, ariaHidden: "true" }, first.segment.toLocaleUpperCase());
}
