import { Backoff } from "./backoff.js";
import { systemClock } from "./clock.js";

const ACK_WITHIN_MS = 12_000;
const ATTEMPTS = 6;
// Refusals that are not about the message: it waits until the server can take it, however long that is.
const TEMPORARY = new Set(["storage_full", "storage_unavailable", "overloaded", "shutting_down"]);

/** Brings the outbox's pending messages over the socket until each is acked or refused. */
export class Sender {
  #outbox;
  #send;
  #clock;
  #isConnected = false;
  #deliveries = new Map();

  constructor({ outbox, send, clock = systemClock }) {
    this.#outbox = outbox;
    this.#send = send;
    this.#clock = clock;
  }

  /** Sends a new message, or keeps it until there is a socket. */
  submit(room, body) {
    this.#deliver(this.#outbox.add(room, body));
  }

  /** Tries a failed message again, under the same client id. */
  retry(clientId) {
    this.#forget(clientId);
    this.#outbox.pending(clientId);
    const message = this.#outbox.get(clientId);
    if (message) this.#deliver(message);
  }

  /** Gives a message up. */
  discard(clientId) {
    this.#forget(clientId);
    this.#outbox.remove(clientId);
  }

  /** Everything that is pending goes out again: the server knows the repeats by their client id. */
  connected() {
    this.#isConnected = true;
    for (const message of this.#outbox.messages()) if (message.state === "pending") this.#deliver(message);
  }

  /** The socket is gone; pending messages wait. */
  disconnected() {
    this.#isConnected = false;
    for (const clientId of [...this.#deliveries.keys()]) this.#forget(clientId);
  }

  /** Takes a frame; true when it was the answer to a message. */
  receive(frame) {
    if (frame.type === "ack") this.#acked(frame);
    else if (frame.type === "error" && this.#outbox.get(frame.clientId)) this.#refused(frame);
    else return false;
    return true;
  }

  #deliver({ clientId, room, body }) {
    if (!this.#isConnected) return;
    const delivery = this.#deliveries.get(clientId) ?? { attempts: 0, backoff: new Backoff(), cancel: () => {} };
    this.#deliveries.set(clientId, delivery);
    delivery.attempts += 1;
    delivery.cancel();
    delivery.cancel = this.#clock.after(ACK_WITHIN_MS, () => this.#again(clientId, { code: "no_answer", detail: "" }));
    this.#send({ type: "send", ref: clientId, room, clientId, body });
  }

  #acked({ clientId, seq }) {
    this.#forget(clientId);
    this.#outbox.acked(clientId, seq);
  }

  #refused(error) {
    const delivery = this.#deliveries.get(error.clientId);
    if (!delivery || !error.retryable) {
      this.#forget(error.clientId);
      this.#outbox.failed(error.clientId, error);
      return;
    }
    delivery.cancel();
    if (TEMPORARY.has(error.code)) delivery.attempts = 0;
    this.#outbox.waits(error.clientId, error);
    const wait = (error.retryAfterMs ?? 0) + delivery.backoff.next();
    delivery.cancel = this.#clock.after(wait, () => this.#again(error.clientId, error));
  }

  #again(clientId, problem) {
    const message = this.#outbox.get(clientId);
    if (message?.state !== "pending") return this.#forget(clientId);
    if (this.#deliveries.get(clientId).attempts < ATTEMPTS) return this.#deliver(message);
    this.#forget(clientId);
    this.#outbox.failed(clientId, problem);
  }

  #forget(clientId) {
    this.#deliveries.get(clientId)?.cancel();
    this.#deliveries.delete(clientId);
  }
}
