import { newClientID } from "./clientid.js";
import { Emitter } from "./emitter.js";

/**
 * What this account sent and has not seen stored yet, oldest first. One storage key a message, so that
 * tabs do not overwrite each other; a message two tabs send has one client id and is stored once.
 *
 * A message is {clientId, room, body, createdAt, state: "pending"|"sent"|"failed", problem?, seq?}.
 * Emits `change` (room).
 */
export class Outbox extends Emitter {
  #storage;
  #prefix;
  #newID;
  #messages = new Map();

  constructor({ accountID, storage, newID = newClientID }) {
    super();
    this.#storage = storage;
    this.#prefix = `denwa.outbox.${accountID}.`;
    this.#newID = newID;
    for (const message of this.#stored()) this.#messages.set(message.clientId, message);
  }

  /** The messages of a room, or all. */
  messages(room) {
    return [...this.#messages.values()].filter((message) => room === undefined || message.room === room);
  }

  /** The message with this client id, if it is still here. */
  get(clientId) {
    return this.#messages.get(clientId);
  }

  /** Takes a new message, pending. */
  add(room, body, now = Date.now()) {
    const message = { clientId: this.#newID(), room, body, createdAt: now, state: "pending" };
    this.#messages.set(message.clientId, message);
    this.#save(message);
    return message;
  }

  /** The server stored it; it stays visible until its event arrives. */
  acked(clientId, seq) {
    const message = this.#messages.get(clientId);
    if (!message) return;
    Object.assign(message, { state: "sent", seq, problem: undefined });
    this.#storage.removeItem(this.#prefix + clientId);
    this.emit("change", message.room);
  }

  /** Sending ended in a refusal that repeating will not cure by itself. */
  failed(clientId, { code, detail }) {
    this.#update(clientId, { state: "failed", problem: { code, detail } });
  }

  /** Still pending, and why it is not stored yet. */
  waits(clientId, { code, detail }) {
    this.#update(clientId, { problem: { code, detail } });
  }

  /** Pending once more, under the same client id. */
  pending(clientId) {
    this.#update(clientId, { state: "pending", problem: undefined });
  }

  /** Its event is in the log, or its author gave it up. */
  remove(clientId) {
    const message = this.#messages.get(clientId);
    if (!message) return;
    this.#messages.delete(clientId);
    this.#storage.removeItem(this.#prefix + clientId);
    this.emit("change", message.room);
  }

  /** Lets go of acked messages whose events the log has passed. */
  settle(room, last) {
    for (const message of this.messages(room)) if (message.seq <= last) this.remove(message.clientId);
  }

  /** Forgets everything, on this device too. */
  clear() {
    for (const message of this.messages()) this.remove(message.clientId);
  }

  #update(clientId, changes) {
    const message = this.#messages.get(clientId);
    if (message) this.#save(Object.assign(message, changes));
  }

  #save(message) {
    this.#storage.setItem(this.#prefix + message.clientId, JSON.stringify(message));
    this.emit("change", message.room);
  }

  #stored() {
    return this.#storage
      .keys(this.#prefix)
      .map((key) => JSON.parse(this.#storage.getItem(key)))
      .sort((one, other) => one.createdAt - other.createdAt);
  }
}
