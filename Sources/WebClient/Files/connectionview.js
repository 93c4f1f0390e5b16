import { element } from "./dom.js";

/** Shows whether we are connected, and how long until the next attempt. */
export class ConnectionView {
  element;
  #connection;
  #text;
  #label = element("span", { className: "connection-label" });
  #retry;
  #end = () => {};
  #timer = 0;

  constructor({ connection, text, announcer }) {
    this.#connection = connection;
    this.#text = text;
    this.#retry = element("button", {
      type: "button",
      className: "small",
      dataset: { testid: "retry-now" },
      onclick: () => connection.retryNow(),
    }, text.of("retryNow"));
    this.element = element("section", { className: "connection", ariaLabel: text.of("connection"), dataset: { testid: "connection" } },
      element("span", { className: "connection-dot", ariaHidden: "true" }), this.#label, this.#retry);
    let announced = connection.state.name;
    this.#end = connection.on("state", ({ name }) => {
      this.#update();
      // Every attempt passes through "connecting", which would be read out again and again.
      if (name === "connecting" || name === announced) return;
      announced = name;
      announcer.say(this.#label.textContent);
    });
    this.#timer = setInterval(() => this.#update(), 1_000);
    this.#update();
  }

  /** Ends the countdown. */
  destroy() {
    clearInterval(this.#timer);
    this.#end();
  }

  #update() {
    const { name, retryAt } = this.#connection.state;
    const isWaiting = name === "reconnecting" || name === "offline";
    this.element.dataset.state = name;
    this.#retry.hidden = !isWaiting;
    const count = Math.max(0, Math.ceil((retryAt - Date.now()) / 1_000));
    const label = this.#text.of(name, { count });
    if (this.#label.textContent !== label) this.#label.textContent = label;
  }
}
