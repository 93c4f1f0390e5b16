import { element } from "./dom.js";

/**
 * A section with a list that the server keeps and whose entries can be ended. It is read again after every act.
 *
 * `read` resolves to {items, hint}: the entries' elements and what is said below them. `all` is the button, as `button` makes
 * it, that ends all of them at once; it is there while an entry can be ended.
 */
export class TendedList {
  element;
  #text;
  #announcer;
  #read;
  #heading;
  #list;
  #hint = element("p", { className: "hint" });
  #done;
  #error;
  #again;
  #all;
  #isBusy = false;
  #queue = Promise.resolve();

  constructor({ id, heading, text, announcer, read, all = null }) {
    this.#text = text;
    this.#announcer = announcer;
    this.#read = read;
    this.#heading = element("h3", { id: `${id}-heading`, tabIndex: -1 }, heading);
    this.#list = element("ul", { className: "tended", dataset: { testid: id } });
    this.#hint.textContent = text.of("loading");
    this.#done = element("p", { className: "done", dataset: { testid: `${id}-done` } });
    this.#error = element("p", { className: "form-error", role: "alert", dataset: { testid: `${id}-error` } });
    this.#again = this.button({ label: text.of("tryAgain"), testid: `reload-${id}`, act: async () => "" });
    this.#all = all && this.button(all);
    for (const button of [this.#again, this.#all]) if (button) button.hidden = true;
    this.element = element("section", { "aria-labelledby": this.#heading.id },
      this.#heading, this.#list, this.#hint, this.#error, this.#done, this.#again, this.#all ?? []);
  }

  /** Reads the list and shows it. */
  load() {
    return this.run(async () => "");
  }

  /**
   * A button that acts on the list; `act` resolves to what is told of it, or `onclick` is called with the button. `item` is the
   * entry it is about. Nothing is disabled while an act goes on: that would take the keyboard focus away.
   */
  button({ label, testid, item, act, onclick = () => this.run(act) }) {
    return element("button", {
      type: "button",
      dataset: { testid, ...(item === undefined ? {} : { item }) },
      onclick: ({ currentTarget }) => this.#isBusy || onclick(currentTarget),
    }, label);
  }

  /** Acts, tells what `act` resolves to or was refused with, and reads the list again: it may have been out of date. */
  run(act) {
    this.#queue = this.#queue.then(async () => {
      this.#setBusy(true);
      this.#done.textContent = this.#error.textContent = "";
      const refused = await act().then((line) => this.#tell(line), (problem) => problem);
      const unread = await this.#read().then((answer) => this.#show(answer), (problem) => problem);
      const problem = refused ?? unread;
      if (problem) this.#error.textContent = this.#text.problem(problem);
      this.#again.hidden = !unread;
      this.#setBusy(false);
    });
    return this.#queue;
  }

  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.element.ariaBusy = String(isBusy);
  }

  #tell(line) {
    this.#done.textContent = line;
    if (line) this.#announcer.say(line);
  }

  #show({ items, hint }) {
    const focused = document.activeElement;
    const place = this.#buttons().indexOf(focused);
    this.#list.replaceChildren(...items);
    this.#hint.textContent = hint;
    if (this.#all) this.#all.hidden = this.#buttons().length === 0;
    if (place >= 0) this.#focus(focused.dataset.item, place);
    else if (focused === this.#all && this.#all?.hidden) this.#heading.focus();
  }

  // On the entry where the focus was, or on what has taken its place.
  #focus(item, place) {
    const buttons = this.#buttons();
    const same = buttons.find((button) => button.dataset.item === item);
    (same ?? buttons[Math.min(place, buttons.length - 1)] ?? this.#heading).focus();
  }

  #buttons() {
    return [...this.#list.querySelectorAll("button")];
  }
}
