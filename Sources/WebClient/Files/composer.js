import { element, icon } from "./dom.js";

const WARN_WITHIN = 200;

/** Whether this key press sends. An Enter that belongs to an input method's conversion never does. */
export function sends(event, hasJustComposed) {
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return false;
  return !(event.isComposing || event.keyCode === 229 || hasJustComposed);
}

/** Where a message is written. `onSend` gets its text; `drafts` keeps what is unsent over room changes. */
export class Composer {
  element;
  #input;
  #button;
  #counter = element("span", { className: "counter", ariaLive: "polite" });
  #text;
  #room;
  #limit;
  #drafts;
  #onSend;
  #hasJustComposed = false;

  constructor({ text, room, limit, drafts, onSend }) {
    this.#text = text;
    this.#room = room;
    this.#limit = limit;
    this.#drafts = drafts;
    this.#onSend = onSend;
    const label = text.of("composer", { room: room.title });
    this.#input = element("textarea", {
      id: "composer",
      rows: 1,
      dir: "auto",
      enterKeyHint: "send",
      placeholder: label,
      ariaLabel: label,
      "aria-describedby": "composer-keys",
      dataset: { testid: "composer" },
      value: drafts.get(room.name),
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#pressed(event),
    });
    this.#input.addEventListener("compositionend", () => this.#composed());
    this.#button = element("button", {
      type: "submit", className: "primary send", title: text.of("send"), ariaLabel: text.of("send"), dataset: { testid: "send" },
    }, icon("send"));
    this.element = element("form", {
      className: "composer",
      onsubmit: (event) => {
        event.preventDefault();
        this.#send();
      },
    },
      element("div", { className: "composer-box" }, this.#input, this.#button),
      element("div", { className: "composer-foot" },
        element("span", { id: "composer-keys", className: "keys" }, text.of("keys")), this.#counter));
    this.#changed();
  }

  /** Puts the cursor into the text. */
  focus() {
    this.#input.focus();
  }

  #pressed(event) {
    if (!sends(event, this.#hasJustComposed)) return;
    event.preventDefault();
    this.#send();
  }

  // Safari reports the Enter that ends a conversion after the conversion's end.
  #composed() {
    this.#hasJustComposed = true;
    setTimeout(() => {
      this.#hasJustComposed = false;
    });
  }

  #send() {
    const body = this.#input.value;
    if (!this.#isSendable(body)) return;
    this.#input.value = "";
    this.#changed();
    this.#input.focus();
    this.#onSend(body);
  }

  #isSendable(body) {
    return body.trim() !== "" && this.#remaining(body) >= 0;
  }

  // The server counts code points, not UTF-16 units.
  #remaining(body) {
    return body.length * 2 < this.#limit ? this.#limit : this.#limit - [...body].length;
  }

  #changed() {
    const body = this.#input.value;
    const remaining = this.#remaining(body);
    this.#drafts.set(this.#room.name, body);
    this.#button.disabled = !this.#isSendable(body);
    this.#counter.classList.toggle("over", remaining < 0);
    this.#counter.textContent = remaining >= WARN_WITHIN ? ""
      : this.#text.of(remaining < 0 ? "tooLong" : "charactersLeft", { count: Math.abs(remaining) });
    this.#grow();
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }
}
