/** localStorage that never throws: a full or forbidden storage costs persistence, not the chat. */
export class Storage {
  #store;

  constructor(store) {
    this.#store = store;
  }

  getItem(key) {
    return this.#quietly((store) => store.getItem(key));
  }

  setItem(key, value) {
    this.#quietly((store) => store.setItem(key, value));
  }

  removeItem(key) {
    this.#quietly((store) => store.removeItem(key));
  }

  /** The keys that start with `prefix`. */
  keys(prefix) {
    return this.#quietly((store) => Object.keys(store).filter((key) => key.startsWith(prefix))) ?? [];
  }

  #quietly(action) {
    try {
      return action(this.#store());
    } catch {
      return null;
    }
  }
}
