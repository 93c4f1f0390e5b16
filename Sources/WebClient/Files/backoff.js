const BASE_MS = 1_000;
const CAP_MS = 30_000;

/** Full jitter: a random wait below a ceiling that doubles with every attempt, up to 30 s. */
export class Backoff {
  #attempt = 0;
  #random;

  constructor(random = Math.random) {
    this.#random = random;
  }

  /** The next wait in milliseconds. */
  next() {
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** this.#attempt);
    // Bounded, because 2 ** 1024 is Infinity and a tab may be offline for weeks.
    this.#attempt = Math.min(this.#attempt + 1, 10);
    return Math.round(this.#random() * ceiling);
  }

  /** To be called when the connection proved stable, not merely open. */
  reset() {
    this.#attempt = 0;
  }
}
