import { Problem } from "./api.js";
import { Emitter } from "./emitter.js";
import { Outbox } from "./outbox.js";
import { ReadMarks } from "./readmarks.js";
import { Requests } from "./requests.js";
import { Sender } from "./sender.js";
import { Subscriptions } from "./subscriptions.js";

const PAGE = 50;
const KEPT_IN_BACKGROUND = 200;

/**
 * One account's chat: its rooms, their logs, what it is sending. No DOM.
 *
 * Emits `rooms`, `log` (room), `older` (room), `arrived` (a live message of somebody else), `ended` (log in
 * again) and `replaced` (the browser is now logged in as another account).
 */
export class Chat extends Emitter {
  account;
  connection;
  outbox;
  sender;
  bodyLimit = 8_000;
  /** Whether the list of public rooms is known, so that an unknown room does not exist. */
  isListed = false;
  #api;
  #requests;
  #marks;
  #subscriptions;
  #rooms = new Map();
  #current = null;
  #epoch = null;
  #older = new Map();
  #gaps = new Map();

  constructor({ account, api, connection, storage }) {
    super();
    this.account = account;
    this.connection = connection;
    this.#api = api;
    this.outbox = new Outbox({ accountID: account.id, storage });
    const send = (frame) => connection.send(frame);
    this.#requests = new Requests({ send });
    this.#marks = new ReadMarks({ ask: (command) => this.#requests.ask(command) });
    this.sender = new Sender({ outbox: this.outbox, send });
    this.#subscriptions = new Subscriptions({ send });
    this.#listen();
  }

  /** Connects and reads the list of rooms. */
  start() {
    this.connection.start();
  }

  /** Closes the socket; what is unsent stays in the outbox. */
  stop() {
    this.connection.stop();
  }

  /** Forgets what this device holds of the account. */
  forget() {
    this.outbox.clear();
  }

  /** All known rooms, by title. */
  get rooms() {
    return [...this.#rooms.values()].sort((one, other) => one.title.localeCompare(other.title));
  }

  /** The room of this name, if it is known. */
  room(name) {
    return this.#rooms.get(name) ?? null;
  }

  /** The log of a joined room, or null. */
  log(name) {
    return this.#subscriptions.log(name);
  }

  /** Whether the newest event is held. */
  isCaughtUp(name) {
    return this.#subscriptions.isCaughtUp(name);
  }

  /** How many events of a room are newer than what was read. */
  unread(name) {
    const room = this.room(name);
    return room?.member && this.#epoch ? Math.max(0, room.head - this.#marks.get(name, room.head)) : 0;
  }

  /** The last read seq of a room. */
  readMark(name) {
    const room = this.room(name);
    return room && this.#epoch ? this.#marks.get(name, room.head) : 0;
  }

  /** The reader has seen a room up to `seq`. */
  markRead(name, seq) {
    if (this.log(name)?.isKnown && this.#epoch && this.#marks.advance(name, seq)) this.emit("rooms");
  }

  /** The room that is looked at now. */
  open(name) {
    this.#current = name;
    this.#subscriptions.focus(name);
    // A link may lead to a room that was made after the list was read.
    if (this.isListed && name !== null && !this.#rooms.has(name)) this.refreshRooms().catch(() => {});
  }

  /** Reads the list of public rooms again. */
  async refreshRooms() {
    const opened = this.#current;
    const { rooms } = await this.#api.rooms();
    const gone = new Set(this.#rooms.keys());
    for (const room of rooms) {
      gone.delete(room.name);
      this.#put(room);
    }
    for (const name of gone) this.#rooms.delete(name);
    this.isListed = true;
    this.emit("rooms");
    // Meanwhile somebody has gone to a room that may have been made after this list was read.
    if (this.#current !== opened && this.#current !== null && !this.#rooms.has(this.#current)) await this.refreshRooms();
  }

  /** Joins a public room. */
  async join(name) {
    this.#enter((await this.#api.join(name)).room);
  }

  /** Creates a public room and joins it. */
  async create(room) {
    this.#enter((await this.#api.createRoom(room)).room);
  }

  /** Leaves a room. */
  async leave(name) {
    await this.#api.leave(name);
    this.#left(name);
  }

  /** "idle", "loading", or the problem that the last attempt to load older events ended in. */
  olderState(name) {
    return this.#older.get(name) ?? "idle";
  }

  /** Loads the page of events before the oldest held one. */
  async loadOlder(name) {
    const log = this.log(name);
    if (!log?.hasOlder || this.olderState(name) === "loading") return;
    this.#setOlder(name, "loading");
    try {
      const before = log.after + 1;
      const page = await this.#api.eventsBefore(name, before, PAGE);
      const taken = log.prepend(page.events, page.hasMore);
      this.#found(page.events);
      // Asking for the same page again and again would not make it fit.
      if (taken === 0 && page.hasMore && log.after + 1 === before) throw new Problem({ code: "bad_answer" });
      this.#setOlder(name, "idle");
    } catch (problem) {
      this.#setOlder(name, problem);
    }
    this.emit("log", name);
  }

  /** "idle", "loading", or the problem that the last attempt to fill the gap ended in. */
  gapState(name, gap) {
    return this.#gaps.get(`${name} ${gap.id}`) ?? "idle";
  }

  /** Loads a page of what is missing, from the gap's end, or from its beginning for who reads downwards. */
  async loadGap(name, gap, { isFromStart = false } = {}) {
    const key = `${name} ${gap.id}`;
    if (this.gapState(name, gap) === "loading") return;
    this.#gaps.set(key, "loading");
    this.emit("older", name);
    try {
      const position = isFromStart ? { after: gap.from - 1 } : { before: gap.to + 1 };
      const page = await this.#requests.ask({ type: "history", room: name, ...position, limit: PAGE });
      const log = this.log(name);
      this.#found(page.events);
      // It may have been let go of meanwhile; otherwise asking for the same page again would not make it fit.
      if (log?.gaps.includes(gap) && log.fill(gap.id, page.events) === 0) throw new Problem({ code: "bad_answer" });
      this.#gaps.delete(key);
    } catch (problem) {
      this.#gaps.set(key, problem);
    }
    this.emit("log", name);
  }

  #listen() {
    const { connection } = this;
    connection.on("hello", (hello) => this.#greeted(hello));
    connection.on("frame", (frame) => this.#receive(frame));
    connection.on("down", () => {
      this.#requests.disconnected();
      this.#marks.disconnected();
      this.#subscriptions.disconnected();
      this.sender.disconnected();
    });
    connection.on("ended", () => this.emit("ended"));
    this.outbox.on("change", (room) => this.emit("log", room));
    this.#subscriptions.on("event", ({ event, isLive }) => this.#took(event, isLive));
    this.#subscriptions.on("refused", (room) => this.#left(room));
    this.#subscriptions.on("deleted", () => this.refreshRooms().catch(() => {}));
    this.#subscriptions.on("log", (room) => {
      this.#settle(room);
      this.emit("log", room);
    });
  }

  #receive(frame) {
    if (frame.type === "read") this.#read(frame);
    if (this.#requests.receive(frame) || this.#subscriptions.receive(frame)) return;
    this.sender.receive(frame);
    // A repeat is acked with the seq that it has long had.
    if (frame.type === "ack") this.#settle(frame.room);
  }

  #settle(room) {
    this.outbox.settle(room, this.log(room)?.last ?? 0);
  }

  // They may be here as unsent too, when the answer that they were stored has been lost.
  #found(events) {
    for (const { author, clientId } of events) if (clientId && author.id === this.account.id) this.outbox.remove(clientId);
  }

  // On this device or another one.
  #read(frame) {
    this.#marks.received(frame);
    this.emit("rooms");
  }

  #greeted({ account, epoch, rooms, limits }) {
    // Another tab logged in as somebody else: what is in this outbox must not go out in that name.
    if (account.id !== this.account.id) {
      this.stop();
      return this.emit("replaced");
    }
    if (this.#epoch !== epoch) this.#marks.reset();
    this.#epoch = epoch;
    this.#marks.connected(rooms);
    for (const states of [this.#older, this.#gaps]) {
      for (const [key, state] of states) if (state !== "loading") states.delete(key);
    }
    this.bodyLimit = limits?.bodyCodePoints ?? this.bodyLimit;
    for (const room of this.#rooms.values()) room.member = false;
    for (const room of rooms) this.#rooms.set(room.name, { ...this.#rooms.get(room.name), ...room, member: true });
    this.#subscriptions.connected(epoch, new Map(rooms.map(({ name, head }) => [name, head])));
    this.sender.connected();
    this.emit("rooms");
    // The rooms of the hello are enough to chat; the others may come later.
    this.refreshRooms().catch(() => {});
  }

  #put(room) {
    const known = this.room(room.name);
    // The socket may have told of newer events while this answer was on its way.
    this.#rooms.set(room.name, { ...room, head: Math.max(room.head, known?.head ?? 0) });
    if (room.member) this.#subscriptions.add(room.name);
  }

  #enter(room) {
    this.#put({ ...room, member: true });
    this.#marks.overlook(room.name, room.head);
    this.emit("rooms");
    this.emit("log", room.name);
  }

  #left(name) {
    this.#subscriptions.remove(name);
    const room = this.room(name);
    if (room) room.member = false;
    this.emit("rooms");
    this.emit("log", name);
  }

  #took(event, isLive) {
    const room = this.room(event.room);
    const isMine = event.author.id === this.account.id;
    const wasRead = this.unread(event.room) === 0;
    if (room) room.head = Math.max(room.head, event.seq);
    if (isMine && event.clientId) this.outbox.remove(event.clientId);
    if (wasRead && isMine) this.#marks.advance(event.room, event.seq);
    else if (wasRead && event.kind !== "message") this.#marks.overlook(event.room, event.seq);
    if (isLive && !isMine && event.kind === "message" && !event.removed) this.emit("arrived", event);
    if (event.room !== this.#current) this.log(event.room).trim(KEPT_IN_BACKGROUND);
    this.emit("rooms");
  }

  #setOlder(name, state) {
    this.#older.set(name, state);
    this.emit("older", name);
  }
}
