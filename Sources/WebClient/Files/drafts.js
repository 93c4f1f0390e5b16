/** What was typed and not sent, a text for each room; lives as long as the tab. */
export class Drafts {
  #storage;
  #prefix;

  constructor({ accountID, storage }) {
    this.#storage = storage;
    this.#prefix = `denwa.draft.${accountID}.`;
  }

  /** The draft of a room, or an empty text. */
  get(room) {
    return this.#storage.getItem(this.#prefix + room) ?? "";
  }

  /** Keeps the draft of a room. */
  set(room, draft) {
    if (draft) this.#storage.setItem(this.#prefix + room, draft);
    else this.#storage.removeItem(this.#prefix + room);
  }

  /** Forgets all drafts. */
  clear() {
    for (const key of this.#storage.keys(this.#prefix)) this.#storage.removeItem(key);
  }
}
