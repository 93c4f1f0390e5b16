import { Backoff } from "./backoff.js";
import { systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";

const HELLO_WITHIN_MS = 15_000;
const STABLE_AFTER_MS = 10_000;
const LONGEST_HINT_MS = 60_000;
const SESSION_ENDED = 4401;
const TOO_MANY_BAD_FRAMES = 4429;
const CALM_DOWN_MS = 10_000;

/**
 * One WebSocket that comes back by itself. No DOM.
 *
 * Emits `state` ({name: "connecting"|"online"|"reconnecting"|"offline", retryAt?}), `hello` and `frame`
 * (the parsed frames), `down` (an online socket was lost) and `ended` (log in again).
 */
export class Connection extends Emitter {
  state = { name: "connecting" };
  #openSocket;
  #checkSession;
  #isNetworkUp;
  #clock;
  #backoff;
  #socket = null;
  #isGreeted = false;
  #isStopped = true;
  #silenceMs = HELLO_WITHIN_MS;
  #lastFrameAt = 0;
  #cancelWatch = () => {};
  #cancelStable = () => {};
  #cancelRetry = () => {};

  /** `checkSession` resolves to false only when the server said that nobody is logged in. */
  constructor({ openSocket, checkSession, isNetworkUp = () => true, clock = systemClock, backoff = new Backoff() }) {
    super();
    this.#openSocket = openSocket;
    this.#checkSession = checkSession;
    this.#isNetworkUp = isNetworkUp;
    this.#clock = clock;
    this.#backoff = backoff;
  }

  /** Opens the socket and keeps it open until `stop`. */
  start() {
    this.#isStopped = false;
    this.#open();
  }

  /** Closes for good. */
  stop() {
    this.#isStopped = true;
    this.#cancelRetry();
    this.#abandon();
  }

  /** Sends a frame; false when there is no greeted socket to send it on. */
  send(frame) {
    if (!this.#isGreeted || this.#socket.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Tries at once instead of waiting; nothing when online. */
  retryNow() {
    if (this.#isStopped || this.#isGreeted) return;
    this.#abandon();
    this.#open();
  }

  /** The device said that its network came or went. */
  networkChanged(isUp) {
    if (isUp) this.retryNow();
    else this.#lost();
  }

  /** The page is looked at again: a machine that slept must not wait for its timers. */
  wake() {
    const isSilent = this.#clock.now() - this.#lastFrameAt > this.#silenceMs;
    if (this.#isGreeted && isSilent) this.#lost();
    if (this.#socket === null) this.retryNow();
  }

  #open() {
    this.#cancelRetry();
    const socket = this.#openSocket();
    this.#socket = socket;
    this.#silenceMs = HELLO_WITHIN_MS;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#watch();
    this.#become({ name: "connecting" });
  }

  #receive(data) {
    const frame = parse(data);
    if (frame === null) return;
    if (frame.type === "hello") this.#greeted(frame);
    this.#watch();
    this.emit(frame.type === "hello" ? "hello" : "frame", frame);
  }

  #greeted(hello) {
    this.#isGreeted = true;
    this.#silenceMs = hello.heartbeatSeconds * 2_000;
    this.#cancelStable = this.#clock.after(STABLE_AFTER_MS, () => this.#backoff.reset());
    this.#become({ name: "online" });
  }

  #watch() {
    this.#lastFrameAt = this.#clock.now();
    this.#cancelWatch();
    this.#cancelWatch = this.#clock.after(this.#silenceMs, () => this.#lost());
  }

  #lost() {
    if (this.#isStopped) return;
    this.#abandon();
    this.#retryIn(this.#backoff.next());
  }

  async #closed(code, reason) {
    const wasGreeted = this.#isGreeted;
    this.#abandon();
    if (code === SESSION_ENDED) return this.#end();
    const delay = retryHint(reason) ?? this.#backoff.next();
    this.#retryIn(code === TOO_MANY_BAD_FRAMES ? delay + CALM_DOWN_MS : delay);
    // A browser hides why a handshake was refused; this tells "logged out" from "server away".
    if (!wasGreeted && !(await this.#checkSession()) && !this.#isStopped) this.#end();
  }

  // A dead socket's own close event may take minutes, so it is forgotten first.
  #abandon() {
    const socket = this.#socket;
    const wasGreeted = this.#isGreeted;
    this.#cancelWatch();
    this.#cancelStable();
    this.#socket = null;
    this.#isGreeted = false;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
    if (wasGreeted) this.emit("down");
  }

  #retryIn(delay) {
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.after(delay, () => this.#open());
    const name = this.#isNetworkUp() ? "reconnecting" : "offline";
    this.#become({ name, retryAt: this.#clock.now() + delay });
  }

  #end() {
    this.stop();
    this.emit("ended");
  }

  #become(state) {
    this.state = state;
    this.emit("state", state);
  }
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** The wait a restarting server asked for in its close reason, or null. */
export function retryHint(reason) {
  const hint = parse(reason)?.retryAfterMs;
  return Number.isFinite(hint) && hint >= 0 ? Math.min(hint, LONGEST_HINT_MS) : null;
}
