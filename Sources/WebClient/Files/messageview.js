import { avatar } from "./avatar.js";
import { element, icon } from "./dom.js";
import { partsOf } from "./links.js";

/** Draws the rows of a timeline in one language. */
export class RowRenderer {
  #text;
  #actions;
  #isOnline;
  #gapState;

  /**
   * `actions` is {retry(clientId), discard(clientId), load(gap)}; `isOnline` tells "sending" from "waiting";
   * `gapState(gap)` is "idle", "loading" or a problem.
   */
  constructor({ text, actions, isOnline, gapState }) {
    this.#gapState = gapState;
    this.#text = text;
    this.#actions = actions;
    this.#isOnline = isOnline;
  }

  /** Two rows of one key with one signature look the same. */
  signature(row) {
    switch (row.kind) {
      case "day": return this.#text.times.day(row.at);
      case "message": return [
        row.startsGroup, row.state, (row.event ?? row.message).seq, row.event?.removed, row.message?.problem?.code,
        row.state === "pending" && this.#isOnline(),
      ].join();
      case "gap": return [row.gap.from, row.gap.to, stateName(this.#gapState(row.gap))].join();
      default: return row.kind;
    }
  }

  /** The element of a row. */
  draw(row) {
    switch (row.kind) {
      case "day": return element("h2", { className: "day" }, element("span", {}, this.#text.times.day(row.at)));
      case "unread": return element("div", { className: "unread-divider", dataset: { testid: "unread-divider" } },
        element("span", {}, this.#text.of("unreadDivider")));
      case "gap": return this.#gap(row.gap);
      case "notice": return this.#notice(row);
      default: return this.#message(row);
    }
  }

  #gap(gap) {
    const state = this.#gapState(gap);
    const count = gap.to - gap.from + 1;
    const dataset = { testid: "gap", from: gap.from, to: gap.to, count, state: stateName(state) };
    return element("div", { className: "gap", dataset },
      element("p", { className: "hint" },
        this.#text.of("gap", { count }),
        state instanceof Error ? ` ${this.#text.problem(state)}` : null),
      element("button", {
        type: "button", className: "small", disabled: state === "loading", dataset: { testid: "load-gap" },
        onclick: () => this.#actions.load(gap),
      }, this.#text.of(state === "loading" ? "loadingGap" : "loadGap")));
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
      event?.removed ? this.#removed(event.removed) : this.#body((event ?? message).body),
      state === "sent" ? null : this.#status(row));
  }

  // Why it is gone is said for the reasons that we know.
  #removed(reason) {
    const key = reason === "expired" ? "messageExpired" : "messageErased";
    return element("p", { className: "message-removed", dataset: { testid: "message-removed", reason } }, this.#text.of(key));
  }

  #body(body) {
    const parts = partsOf(body).map(({ text, href }) => href
      ? element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text)
      : text);
    return element("div", { className: "message-body", dir: "auto", dataset: { testid: "message-body" } }, parts);
  }

  #status({ state, message }) {
    if (state === "pending") return element("p", { className: "message-status" }, icon("clock"), this.#pending(message));
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

  #pending({ problem }) {
    if (!this.#isOnline()) return this.#text.of("waiting");
    return problem ? this.#text.of("pendingProblem", { problem: this.#text.problem(problem) }) : this.#text.of("pending");
  }

  #time(at) {
    const { times } = this.#text;
    return element("time", { dateTime: at.toISOString(), title: times.full(at) }, times.time(at));
  }
}

function stateName(state) {
  return state instanceof Error ? "failed" : state;
}

// First-strong isolate … pop: a right-to-left name cannot turn the sentence around it.
function isolated(name) {
  return `\u2068${name}\u2069`;
}
