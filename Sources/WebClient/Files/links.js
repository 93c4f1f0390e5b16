// Japanese text puts no space after an address, so its brackets and stops end one too.
const ADDRESS = /https?:\/\/[^\s<>"'`「」『』【】（）〈〉《》、。，！？　]+/giu;
const TRAILING = new Set(".,;:!?*_");

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

// Whoever writes thousands of dots and brackets must not stop the page: each character is looked at twice.
function withoutTail(found) {
  // "(see https://a.example/b)" but "https://a.example/b_(c)".
  let unopened = found.split(")").length - found.split("(").length;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found[end - 1];
    if (TRAILING.has(last)) continue;
    if (last !== ")" || unopened <= 0) break;
    unopened -= 1;
  }
  return found.slice(0, end);
}

function addressOf(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
