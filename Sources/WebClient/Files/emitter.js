/** Named listeners: how the model tells the views what changed. */
export class Emitter {
  #listeners = new Map();

  /** Calls `listener` for each `name` from now on; returns the function that ends it. */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Tells everyone who listens to `name`. */
  emit(name, value) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(value);
  }
}
