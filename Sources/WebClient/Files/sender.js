import { Backoff } from "./backoff.js";
import { systemClock } from "./clock.js";

const ACK_WITHIN_MS = 12_000;
const ATTEMPTS = 6;
// Refusals that are not about the message: it waits until the server can take it, however long that is.
const TEMPORARY = new Set(["storage_full", "storage_unavailable", "overloaded", "shutting_down"]);

/**
 * Brings the outbox's pending messages over the socket until each is acked or refused. When one has to wait, those behind it in the
 * same room wait with it: they are stored in the order in which they were written.
 */
export class Sender {
  #outbox;
  #send;
  #clock;
  #isConnected = false;
  // What has no answer yet, by client id: {room, attempts, isSent, cancel}.
  #deliveries = new Map();
  // Rooms in which a message waits: {backoff, isWaiting, cancel}; not waiting while one message tries whether it goes on.
  #held = new Map();

  constructor({ outbox, send, clock = systemClock }) {
    this.#outbox = outbox;
    this.#send = send;
    this.#clock = clock;
  }

  /** Sends a new message, or keeps it until there is a socket and nothing waits before it. */
  submit(room, body) {
    const message = this.#outbox.add(room, body);
    if (!this.#held.has(room)) this.#deliver(message);
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
    const room = this.#outbox.get(clientId)?.room;
    this.#forget(clientId);
    this.#outbox.remove(clientId);
    this.#release(room);
  }

  /** Everything that is pending goes out again: the server knows the repeats by their client id. */
  connected() {
    this.#isConnected = true;
    for (const message of this.#pending()) this.#deliver(message);
  }

  /** The socket is gone; pending messages wait. */
  disconnected() {
    this.#isConnected = false;
    for (const clientId of [...this.#deliveries.keys()]) this.#forget(clientId);
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }

  /** Takes a frame; true when it was the answer to a message. */
  receive(frame) {
    if (frame.type === "ack") this.#acked(frame);
    else if (frame.type === "error" && this.#outbox.get(frame.clientId)) this.#refused(frame);
    else return false;
    return true;
  }

  #pending(room) {
    return this.#outbox.messages(room).filter(({ state }) => state === "pending");
  }

  #deliver({ clientId, room, body }) {
    if (!this.#isConnected) return;
    const delivery = this.#deliveries.get(clientId) ?? { room, attempts: 0, cancel: () => {} };
    this.#deliveries.set(clientId, delivery);
    delivery.attempts += 1;
    delivery.isSent = true;
    delivery.cancel();
    delivery.cancel = this.#clock.after(ACK_WITHIN_MS, () => this.#again(clientId, { code: "no_answer", detail: "" }));
    this.#send({ type: "send", ref: clientId, room, clientId, body });
  }

  #acked({ clientId, room, seq }) {
    this.#forget(clientId);
    this.#outbox.acked(clientId, seq);
    this.#release(room);
  }

  #refused(error) {
    const delivery = this.#deliveries.get(error.clientId);
    if (!delivery || !error.retryable) return this.#fail(error.clientId, error);
    delivery.cancel();
    delivery.isSent = false;
    if (TEMPORARY.has(error.code)) delivery.attempts = 0;
    this.#outbox.waits(error.clientId, error);
    this.#hold(delivery.room, error);
  }

  #hold(room, problem) {
    const hold = this.#held.get(room) ?? { backoff: new Backoff(), isWaiting: false };
    this.#held.set(room, hold);
    // Those that were sent together are refused together.
    if (hold.isWaiting) return;
    hold.isWaiting = true;
    hold.cancel = this.#clock.after((problem.retryAfterMs ?? 0) + hold.backoff.next(), () => {
      hold.isWaiting = false;
      const first = this.#pending(room)[0];
      if (first) this.#again(first.clientId, problem);
      else this.#release(room);
    });
  }

  // The one that tried got its answer, so the others need not wait.
  #release(room) {
    if (this.#held.get(room)?.isWaiting !== false) return;
    this.#held.delete(room);
    for (const message of this.#pending(room)) if (!this.#deliveries.get(message.clientId)?.isSent) this.#deliver(message);
  }

  #again(clientId, problem) {
    const message = this.#outbox.get(clientId);
    if (message?.state !== "pending") {
      const room = this.#deliveries.get(clientId)?.room;
      this.#forget(clientId);
      return this.#release(room);
    }
    if ((this.#deliveries.get(clientId)?.attempts ?? 0) < ATTEMPTS) return this.#deliver(message);
    this.#fail(clientId, problem);
  }

  #fail(clientId, problem) {
    const room = this.#outbox.get(clientId)?.room;
    this.#forget(clientId);
    this.#outbox.failed(clientId, problem);
    this.#release(room);
  }

  #forget(clientId) {
    this.#deliveries.get(clientId)?.cancel();
    this.#deliveries.delete(clientId);
  }
}
