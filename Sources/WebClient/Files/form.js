import { element } from "./dom.js";

/** A labelled input with an optional hint and an optional note beside its label. */
export function field({ id, label, note = null, hint = null, testid, ...properties }) {
  const hintID = hint ? `${id}-hint` : null;
  const input = element("input", { id, name: id, dataset: { testid }, "aria-describedby": hintID, ...properties });
  const node = element("div", { className: "field" }, labelFor(id, label, note), input, hint && element("p", { id: hintID, className: "hint" }, hint));
  return { node, input };
}

/** A labelled choice; `options` are pairs of a value and its name. */
export function choice({ id, label, note = null, testid, options }) {
  const input = element("select", { id, name: id, dataset: { testid } },
    options.map(([value, name]) => element("option", { value }, name)));
  return { node: element("div", { className: "field" }, labelFor(id, label, note), input), input };
}

function labelFor(id, label, note) {
  return element("label", { htmlFor: id }, label, note && element("span", { className: "note" }, ` (${note})`));
}

/**
 * A form that sends once at a time and shows what went wrong: below the field at fault, or else at its end.
 * `inputs` maps the server's member names to inputs.
 */
export class Form {
  element;
  #error = element("p", { className: "form-error", role: "alert", dataset: { testid: "form-error" } });
  #inputs;
  #submit;
  #text;

  constructor({ text, testid, inputs, submit, send, children }) {
    this.#inputs = inputs;
    this.#submit = submit;
    this.#text = text;
    this.#error.id = `${testid}-error`;
    this.element = element("form", {
      method: "post",
      noValidate: true,
      dataset: { testid },
      onsubmit: (event) => {
        event.preventDefault();
        this.#run(send);
      },
    }, children, this.#error, submit);
  }

  /** Shows a sentence where errors are shown. */
  show(sentence) {
    this.#error.textContent = sentence;
  }

  /** Takes back what was wrong. */
  forgive() {
    this.show("");
    this.#submit.before(this.#error);
    for (const input of Object.values(this.#inputs)) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-errormessage");
    }
  }

  async #run(send) {
    if (this.#submit.disabled) return;
    const hadFocus = document.activeElement === this.#submit;
    this.#submit.disabled = true;
    this.forgive();
    try {
      await send();
    } catch (problem) {
      this.#blame(this.#inputs[problem.field]);
      this.show(this.#text.problem(problem));
    } finally {
      this.#submit.disabled = false;
      // Browsers take the focus from a button that is disabled.
      if (hadFocus && document.activeElement === document.body) this.#submit.focus();
    }
  }

  #blame(input) {
    if (!input) return;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-errormessage", this.#error.id);
    input.closest(".field").append(this.#error);
    input.focus();
  }
}
