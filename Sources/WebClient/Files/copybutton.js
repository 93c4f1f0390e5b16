import { element } from "./dom.js";

/**
 * A button that copies `value`. Where a page may not write to the clipboard (without https), it selects `shown` instead,
 * which shows the value. `announcer` says which of the two it was.
 */
export function copyButton({ value, shown, text, announcer }) {
  const button = element("button", {
    type: "button",
    className: "small",
    dataset: { testid: "copy" },
    onclick: async () => {
      const isCopied = await copied(value);
      if (!isCopied) getSelection().selectAllChildren(shown);
      button.textContent = text.of(isCopied ? "copied" : "selected");
      announcer.say(button.textContent);
    },
  }, text.of("copy"));
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
