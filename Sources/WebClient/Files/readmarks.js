import { systemClock } from "./clock.js";

const PAUSE_MS = 1_000;
const RETRY_MS = 5_000;

/**
 * Up to which seq this account has read each room. The server keeps it for all devices; what was seen here counts at
 * once, and is told at most once a second.
 */
export class ReadMarks {
  #ask;
  #clock;
  #rooms = new Map();
  #isConnected = false;

  /** `ask` sends a command and resolves to its answer or rejects with a `Problem`. */
  constructor({ ask, clock = systemClock }) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** A new socket told what the server has; what it has not heard of is told again. */
  connected(rooms) {
    this.#isConnected = true;
    for (const { name, read, head } of rooms) {
      const entry = this.#entry(name, read);
      entry.told = read;
      // A restored database may have less than what was read.
      entry.seen = Math.min(Math.max(entry.seen, read), head);
      this.#tell(name);
    }
  }

  /** The socket is gone; marks wait. */
  disconnected() {
    this.#isConnected = false;
    for (const entry of this.#rooms.values()) {
      entry.cancel?.();
      entry.cancel = null;
    }
  }

  /** The server moved a mark, for this device or another one. */
  received({ room, read }) {
    const entry = this.#entry(room, read);
    entry.told = Math.max(entry.told, read);
    entry.seen = Math.max(entry.seen, read);
  }

  /** The last read seq; a room that the server has not told of yet counts as read up to its `head`. */
  get(room, head) {
    return this.#rooms.get(room)?.seen ?? head;
  }

  /** Moves forward only; true if it did. */
  advance(room, seq) {
    const entry = this.#entry(room, 0);
    if (entry.seen >= seq) return false;
    entry.seen = seq;
    this.#tell(room);
    return true;
  }

  /** What needs no reader, such as a notice, counts as read here, and the server is not bothered. */
  overlook(room, seq) {
    const entry = this.#entry(room, 0);
    entry.seen = entry.quiet = Math.max(entry.seen, seq);
  }

  /** Positions of another database mean nothing. */
  reset() {
    this.disconnected();
    this.#rooms.clear();
  }

  #entry(room, read) {
    const entry = this.#rooms.get(room) ?? { seen: read, told: read, quiet: 0, cancel: null };
    this.#rooms.set(room, entry);
    return entry;
  }

  #tell(room) {
    const entry = this.#rooms.get(room);
    const { seen, told, quiet, cancel } = entry;
    if (!this.#isConnected || cancel || seen <= Math.max(told, quiet)) return;
    this.#later(room, PAUSE_MS);
    this.#ask({ type: "read", room, seq: seen }).then((frame) => this.received(frame), ({ retryable, retryAfterMs }) => {
      if (retryable && this.#isConnected) this.#later(room, retryAfterMs ?? RETRY_MS);
      else entry.told = Math.max(entry.told, seen);
    });
  }

  #later(room, ms) {
    const entry = this.#rooms.get(room);
    entry.cancel?.();
    entry.cancel = this.#clock.after(ms, () => {
      entry.cancel = null;
      this.#tell(room);
    });
  }
}
