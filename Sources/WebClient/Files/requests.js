import { Problem } from "./api.js";
import { systemClock } from "./clock.js";

const ANSWER_WITHIN_MS = 15_000;

/** Commands on the socket that have one answer each, told apart by `ref`. */
export class Requests {
  #send;
  #clock;
  #waiting = new Map();
  #nextRef = 1;

  constructor({ send, clock = systemClock }) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Resolves to the answer, or rejects with a `Problem`. */
  ask(command) {
    const ref = `request-${this.#nextRef++}`;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ANSWER_WITHIN_MS, () => this.#end(ref)?.reject(networkError()));
      this.#waiting.set(ref, { resolve, reject, cancel });
      if (!this.#send({ ...command, ref })) this.#end(ref).reject(networkError());
    });
  }

  /** Takes a frame; true when it was an answer. */
  receive(frame) {
    const request = this.#end(frame.ref);
    if (!request) return false;
    if (frame.type === "error") request.reject(new Problem(frame));
    else request.resolve(frame);
    return true;
  }

  /** The socket is gone, and the answers with it. */
  disconnected() {
    for (const ref of [...this.#waiting.keys()]) this.#end(ref).reject(networkError());
  }

  #end(ref) {
    const request = this.#waiting.get(ref);
    request?.cancel();
    this.#waiting.delete(ref);
    return request;
  }
}

function networkError() {
  return new Problem({ code: "network_error", retryable: true });
}
