/**
 * The part of a room's log that this page holds: the events after `after` up to `last`, in order. Ranges between
 * them that the server left out are known as gaps, so that no hole is taken for the whole.
 */
export class RoomLog {
  #after = null;
  #last = 0;
  #events = [];
  #gaps = [];
  #isComplete = false;

  /** The held events, ascending by seq. */
  get events() {
    return this.#events;
  }

  /** What is missing between the held events, ascending: {id, from, to}, both ends missing. `id` stays while it shrinks. */
  get gaps() {
    return this.#gaps;
  }

  /** False until the server said where the log starts for us. */
  get isKnown() {
    return this.#after !== null;
  }

  /** Everything up to this seq is not held. */
  get after() {
    return this.#after ?? 0;
  }

  /** The last seq that is held or in a gap; equal to `after` when nothing is. */
  get last() {
    return this.#last;
  }

  /** Whether the server has older events than the held ones. */
  get hasOlder() {
    return this.isKnown && this.#after > 0 && !this.#isComplete;
  }

  /** A catch-up starts behind `after`. What is held stays; what lies between is a gap. */
  begin(after) {
    if (this.#events.length > 0) return void this.skip(this.#last + 1, after);
    if (this.isKnown && after <= this.#last) return;
    this.reset();
    this.#after = this.#last = after;
  }

  /** The events `from` to `to` will not come by themselves: "added", "known" or "gap", as for `add`. */
  skip(from, to) {
    if (!this.isKnown || from > this.#last + 1) return "gap";
    if (to <= this.#last) return "known";
    // Before the first held event nothing is missing that scrolling back would not bring.
    if (this.#events.length === 0) this.#after = to;
    else this.#gaps = [...this.#gaps, { id: this.#last + 1, from: this.#last + 1, to }];
    this.#last = to;
    return "added";
  }

  /** Takes the next event: "added", "known" (held already) or "gap" (something before it is missing). */
  add(event) {
    if (!this.isKnown) return "gap";
    if (event.seq <= this.#last) return "known";
    if (event.seq > this.#last + 1) return "gap";
    this.#events.push(event);
    this.#last = event.seq;
    return "added";
  }

  /** Takes a page of older events; returns how many were new. */
  prepend(page, hasMore) {
    const older = page.filter((event) => event.seq <= this.after);
    if (!this.isKnown || !isRun(older, this.after - older.length + 1)) return 0;
    this.#events = [...older, ...this.#events];
    this.#after -= older.length;
    this.#isComplete = !hasMore;
    return older.length;
  }

  /** Takes a page of the gap's events that begins or ends at one of its ends; returns how many were new. */
  fill(id, page) {
    const gap = this.#gaps.find((each) => each.id === id);
    if (!gap) return 0;
    const found = page.filter(({ seq }) => seq >= gap.from && seq <= gap.to);
    if (found.length === 0 || !isRun(found, found[0].seq)) return 0;
    const [first, last] = [found[0].seq, found.at(-1).seq];
    if (first !== gap.from && last !== gap.to) return 0;
    const rest = first === gap.from ? { ...gap, from: last + 1 } : { ...gap, to: first - 1 };
    this.#gaps = this.#gaps.map((each) => (each === gap ? rest : each)).filter(({ from, to }) => from <= to);
    const index = this.#events.findIndex(({ seq }) => seq > gap.to);
    const end = index < 0 ? this.#events.length : index;
    const start = this.#events.findLastIndex(({ seq }) => seq < gap.from) + 1;
    this.#events = [...this.#events.slice(0, start), ...found, ...this.#events.slice(end)];
    return found.length;
  }

  /** Lets go of the oldest events beyond `count`. */
  trim(count) {
    const excess = this.#events.length - count;
    if (excess <= 0) return;
    this.#after = excess < this.#events.length ? this.#events[excess].seq - 1 : this.#last;
    this.#events = this.#events.slice(excess);
    this.#gaps = this.#gaps.filter(({ from }) => from > this.#after);
    this.#isComplete = false;
  }

  /** Forgets everything, for when the position belongs to another database. */
  reset() {
    this.#after = null;
    this.#last = 0;
    this.#events = [];
    this.#gaps = [];
    this.#isComplete = false;
  }
}

function isRun(events, start) {
  return events.every(({ seq }, index) => seq === start + index);
}
