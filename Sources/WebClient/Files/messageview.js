import { avatar } from "./avatar.js";
import { element, icon } from "./dom.js";
import { partsOf } from "./links.js";

/** Draws the rows of a timeline in one language. */
export class RowRenderer {
  #text;
  #actions;
  #isOnline;

  /** `actions` is {retry(clientId), discard(clientId)}; `isOnline` tells "sending" from "waiting". */
  constructor({ text, actions, isOnline }) {
    this.#text = text;
    this.#actions = actions;
    this.#isOnline = isOnline;
  }

  /** Two rows of one key with one signature look the same. */
  signature(row) {
    switch (row.kind) {
      case "day": return this.#text.times.day(row.at);
      case "message": return [row.startsGroup, row.state, (row.event ?? row.message).seq, row.message?.problem?.code, row.state === "pending" && this.#isOnline()].join();
      default: return row.kind;
    }
  }

  /** The element of a row. */
  draw(row) {
    switch (row.kind) {
      case "day": return element("h2", { className: "day" }, element("span", {}, this.#text.times.day(row.at)));
      case "unread": return element("div", { className: "unread-divider", dataset: { testid: "unread-divider" } },
        element("span", {}, this.#text.of("unreadDivider")));
      case "notice": return this.#notice(row);
      default: return this.#message(row);
    }
  }

  #notice({ event, at }) {
    const sentence = this.#text.of(event.kind === "left" ? "left" : "joined", { name: isolated(event.author.displayName) });
    return element("p", { className: "notice", dataset: { testid: "notice", seq: event.seq, kind: event.kind } },
      sentence, " ", this.#time(at));
  }

  #message(row) {
    const { author, event, message, state, isMine, startsGroup } = row;
    const clientId = isMine ? (event ?? message).clientId : undefined;
    const { seq } = event ?? message;
    const dataset = { testid: "message", state, ...(seq && { seq }), ...(clientId && { clientId }) };
    return element("article", { className: `message${startsGroup ? " starts-group" : ""}`, dataset },
      startsGroup ? avatar(author) : null,
      element("header", { className: startsGroup ? "message-header" : "message-header continued" },
        element("bdi", { className: "message-author" }, author.displayName), this.#time(row.at)),
      this.#body((event ?? message).body),
      state === "sent" ? null : this.#status(row));
  }

  #body(body) {
    const parts = partsOf(body).map(({ text, href }) => href
      ? element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text)
      : text);
    return element("div", { className: "message-body", dir: "auto", dataset: { testid: "message-body" } }, parts);
  }

  #status({ state, message }) {
    if (state === "pending") {
      const words = this.#text.of(this.#isOnline() ? "pending" : "waiting");
      return element("p", { className: "message-status" }, icon("clock"), words);
    }
    const { clientId, problem } = message;
    return element("p", { className: "message-status failed" },
      icon("alert"),
      element("span", {}, `${this.#text.of("failed")} – ${this.#text.problem(problem)}`),
      element("button", {
        type: "button", className: "small", dataset: { testid: "retry" }, onclick: () => this.#actions.retry(clientId),
      }, this.#text.of("retry")),
      element("button", {
        type: "button", className: "small", dataset: { testid: "discard" }, onclick: () => this.#actions.discard(clientId),
      }, this.#text.of("discard")));
  }

  #time(at) {
    const { times } = this.#text;
    return element("time", { dateTime: at.toISOString(), title: times.full(at) }, times.time(at));
  }
}

// First-strong isolate … pop: a right-to-left name cannot turn the sentence around it.
function isolated(name) {
  return `\u2068${name}\u2069`;
}
