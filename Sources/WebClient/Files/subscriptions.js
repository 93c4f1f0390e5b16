import { systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { RoomLog } from "./roomlog.js";

const BEHIND_FOR_MS = 5_000;
const RETRY_MS = 2_000;
// Behind by more than this, a reader wants the newest messages first; the rest is a gap to be loaded when looked at.
const LONGEST_CATCH_UP = 200;
const FIRST_PAGE = 50;

/**
 * Keeps every joined room subscribed over each reconnect, from the last seq its log holds.
 *
 * Emits `log` (room) when a log changed, `event` ({event, isLive}) for each event that is new to us,
 * `refused` (room) when the room is closed to us, and `deleted` (room) when there is no such room any more.
 */
export class Subscriptions extends Emitter {
  #send;
  #clock;
  #rooms = new Map();
  #nextRef = 1;
  #focus = null;
  #epoch = null;

  constructor({ send, clock = systemClock }) {
    super();
    this.#send = send;
    this.#clock = clock;
  }

  /** The log of a joined room, or null. */
  log(room) {
    return this.#rooms.get(room)?.log ?? null;
  }

  /** Whether everything up to the head that the server named is held and shown from here on live. */
  isCaughtUp(room) {
    const entry = this.#rooms.get(room);
    if (!entry?.isLive || entry.log.last < entry.head) return false;
    return entry.log.events.length > 0 || !entry.log.hasOlder;
  }

  /** The room that is read now: its first page comes with the subscription. */
  focus(room) {
    this.#focus = room;
  }

  /** A new socket greeted us: subscribes exactly to `heads` (room → head). Positions of another epoch are forgotten. */
  connected(epoch, heads) {
    for (const room of [...this.#rooms.keys()]) if (!heads.has(room)) this.remove(room);
    // A database that has less than we hold is an older one, put back from a backup.
    const isOlder = [...this.#rooms].some(([room, { log }]) => log.last > heads.get(room));
    if (epoch !== this.#epoch || isOlder) this.#forgetPositions();
    this.#epoch = epoch;
    for (const room of heads.keys()) {
      this.#entry(room);
      this.#subscribe(room);
    }
  }

  /** The socket is gone; the logs stay. */
  disconnected() {
    for (const [room, entry] of this.#rooms) {
      entry.cancelCheck?.();
      entry.cancelCheck = null;
      entry.isLive = false;
      entry.ref = null;
      this.emit("log", room);
    }
  }

  /** Subscribes to a room that was just joined. */
  add(room) {
    if (this.#rooms.has(room)) return;
    this.#entry(room);
    this.#subscribe(room);
  }

  /** Forgets a room that is no longer ours. */
  remove(room) {
    this.#rooms.get(room)?.cancelCheck?.();
    this.#rooms.delete(room);
  }

  /** Takes a frame; true when it was ours. */
  receive(frame) {
    switch (frame.type) {
      case "subscribed": this.#subscribed(frame); return true;
      case "unsubscribed": this.#unsubscribed(frame); return true;
      case "event": this.#event(frame); return true;
      case "behind": this.#behind(frame); return true;
      case "heartbeat": this.#compare(frame.heads ?? {}); return true;
      case "error": return this.#failed(frame);
      default: return false;
    }
  }

  #entry(room) {
    const known = this.#rooms.get(room);
    if (known) return known;
    const entry = { log: new RoomLog(), head: 0, ref: null, isLive: false, cancelCheck: null };
    this.#rooms.set(room, entry);
    return entry;
  }

  #subscribe(room) {
    const entry = this.#rooms.get(room);
    if (!entry) return;
    const position = entry.log.isKnown
      ? { after: entry.log.last, epoch: this.#epoch, limit: LONGEST_CATCH_UP }
      : { last: room === this.#focus ? FIRST_PAGE : 0 };
    entry.ref = `subscribe-${this.#nextRef++}`;
    entry.isLive = false;
    this.#send({ type: "subscribe", ref: entry.ref, room, ...position });
  }

  #restart(room) {
    this.#send({ type: "unsubscribe", room });
    this.#subscribe(room);
  }

  #subscribed({ ref, room, after, head }) {
    const entry = this.#rooms.get(room);
    if (!entry || ref !== entry.ref) return;
    entry.log.begin(after);
    Object.assign(entry, { ref: null, head, isLive: true });
    this.emit("log", room);
  }

  #unsubscribed({ room, reason }) {
    // One that waits for its answer was subscribed after this was said.
    if (reason !== "requested" && this.#rooms.get(room)?.ref === null) this.#refused(room);
    if (reason === "deleted") this.emit("deleted", room);
  }

  #event(frame) {
    const entry = this.#rooms.get(frame.room);
    if (!entry) return;
    const result = entry.log.add(frame);
    // While a restart is under way its catch-up will bring what is missing.
    if (result === "gap" && entry.ref === null) this.#restart(frame.room);
    if (result !== "added") return;
    this.emit("event", { event: frame, isLive: frame.seq > entry.head });
    this.emit("log", frame.room);
  }

  #behind({ room, from, to }) {
    const entry = this.#rooms.get(room);
    if (!entry) return;
    if (entry.log.skip(from, to) === "gap" && entry.ref === null) this.#restart(room);
    this.emit("log", room);
  }

  #compare(heads) {
    for (const [room, head] of Object.entries(heads)) {
      const entry = this.#rooms.get(room);
      if (!entry || entry.log.last >= head || entry.cancelCheck) continue;
      this.#later(entry, BEHIND_FOR_MS, () => {
        if (entry.log.last < head) this.#restart(room);
      });
    }
  }

  #failed({ ref, code, retryable, retryAfterMs }) {
    const found = [...this.#rooms].find(([, entry]) => ref && entry.ref === ref);
    if (!found) return false;
    const [room, entry] = found;
    if (code === "resync_required") {
      this.#forgetPositions();
      for (const each of this.#rooms.keys()) this.#subscribe(each);
    } else if (retryable) {
      this.#later(entry, retryAfterMs ?? RETRY_MS, () => this.#subscribe(room));
    } else {
      this.#refused(room);
    }
    return true;
  }

  // They belong to another database.
  #forgetPositions() {
    for (const [room, { log }] of this.#rooms) {
      log.reset();
      this.emit("log", room);
    }
  }

  #later(entry, ms, action) {
    entry.cancelCheck?.();
    entry.cancelCheck = this.#clock.after(ms, () => {
      entry.cancelCheck = null;
      action();
    });
  }

  #refused(room) {
    this.remove(room);
    this.emit("refused", room);
  }
}
