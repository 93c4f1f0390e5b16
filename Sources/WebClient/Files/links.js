// Japanese text puts no space after an address, so its brackets and stops end one too.
const ADDRESS = /https?:\/\/[^\s<>"'`「」『』【】（）〈〉《》、。，！？　]+/giu;
const TRAILING = /[.,;:!?*_]+$/u;

/** Cuts a message body into {text} and {text, href} parts; only http and https become links. */
export function partsOf(body) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of body.matchAll(ADDRESS)) {
    const text = withoutTail(found);
    const href = addressOf(text);
    if (!href) continue;
    if (index > end) parts.push({ text: body.slice(end, index) });
    parts.push({ text, href });
    end = index + text.length;
  }
  if (end < body.length) parts.push({ text: body.slice(end) });
  return parts;
}

function withoutTail(found) {
  const text = found.replace(TRAILING, "");
  // "(see https://a.example/b)" but "https://a.example/b_(c)".
  const isUnbalanced = text.endsWith(")") && text.split(")").length > text.split("(").length;
  return isUnbalanced ? withoutTail(text.slice(0, -1)) : text;
}

function addressOf(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
