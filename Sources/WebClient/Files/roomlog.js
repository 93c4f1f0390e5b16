/**
 * The part of a room's log that this page holds: the events after `after` up to `last`, in order, without gaps.
 */
export class RoomLog {
  #after = null;
  #events = [];
  #isComplete = false;

  /** The held events, ascending by seq. */
  get events() {
    return this.#events;
  }

  /** False until the server said where the log starts for us. */
  get isKnown() {
    return this.#after !== null;
  }

  /** Everything up to this seq is not held. */
  get after() {
    return this.#after ?? 0;
  }

  /** The last held seq; equal to `after` when nothing is held. */
  get last() {
    return this.after + this.#events.length;
  }

  /** Whether the server has older events than the held ones. */
  get hasOlder() {
    return this.isKnown && this.#after > 0 && !this.#isComplete;
  }

  /** A catch-up starts behind `after`. What is held stays, unless there would be a gap. */
  begin(after) {
    if (this.isKnown && after <= this.last) return;
    this.reset();
    this.#after = after;
  }

  /** Takes the next event: "added", "known" (held already) or "gap" (something before it is missing). */
  add(event) {
    if (!this.isKnown) return "gap";
    if (event.seq <= this.last) return "known";
    if (event.seq > this.last + 1) return "gap";
    this.#events.push(event);
    return "added";
  }

  /** Takes a page of older events; returns how many were new. */
  prepend(page, hasMore) {
    const older = page.filter((event) => event.seq <= this.after);
    const fits = older.every((event, index) => event.seq === this.after - older.length + 1 + index);
    if (!this.isKnown || !fits) return 0;
    this.#events = [...older, ...this.#events];
    this.#after -= older.length;
    this.#isComplete = !hasMore;
    return older.length;
  }

  /** Lets go of the oldest events beyond `count`. */
  trim(count) {
    const excess = this.#events.length - count;
    if (excess <= 0) return;
    this.#events = this.#events.slice(excess);
    this.#after += excess;
    this.#isComplete = false;
  }

  /** Forgets everything, for when the position belongs to another database. */
  reset() {
    this.#after = null;
    this.#events = [];
    this.#isComplete = false;
  }
}
