import { batched } from "./batch.js";
import { element, icon } from "./dom.js";
import { RowRenderer } from "./messageview.js";
import { rowsOf } from "./rows.js";
import { ScrollKeeper } from "./scrollkeeper.js";

const LOAD_WITHIN_PX = 800;
const HELD_AT_END = 400;
// With what is unread; beyond it the reader scrolls back.
const HELD_AT_MOST = 2_000;

/** The log of one room on screen. */
export class TimelineView {
  element;
  update = batched(() => this.#update());
  #chat;
  #room;
  #text;
  #renderer;
  #drawn = new Map();
  #older = element("div", { className: "older" });
  #lines = element("div", { className: "lines" });
  #log;
  #pill;
  #scroll;
  #unreadAfter = null;
  #lastShown = null;
  #drawnLast = 0;
  #lastOlder = null;

  constructor({ chat, room, text }) {
    this.#chat = chat;
    this.#room = room;
    this.#text = text;
    this.#renderer = new RowRenderer({
      text,
      actions: {
        retry: (id) => chat.sender.retry(id),
        discard: (id) => chat.sender.discard(id),
        load: (gap) => this.#loadGap(gap),
      },
      isOnline: () => chat.connection.state.name === "online",
      gapState: (gap) => chat.gapState(room.name, gap),
    });
    this.#log = element("div", {
      className: "log",
      role: "log",
      // History must not be read out: the announcer says what is new.
      ariaLive: "off",
      ariaLabel: text.of("log", { room: room.title }),
      tabIndex: 0,
      dataset: { testid: "messages", caughtUp: "false", room: room.name },
    }, this.#older, this.#lines);
    this.#pill = element("button", {
      type: "button",
      className: "pill",
      hidden: true,
      dataset: { testid: "new-messages-pill" },
      onclick: () => this.toEnd({ isSmooth: true }),
    });
    this.element = element("div", { className: "timeline" }, this.#log, this.#pill);
    this.#scroll = new ScrollKeeper(this.#log, this.#lines, () => this.#moved());
    if (chat.unread(room.name) > 0) this.#unreadAfter = chat.readMark(room.name);
    this.#update();
  }

  /** Shows the newest message. */
  toEnd({ isSmooth = false } = {}) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#scroll.toEnd({ isSmooth: isSmooth && !isCalm });
    this.#moved();
  }

  /** The page is looked at again. */
  looked() {
    this.#moved();
  }

  #update() {
    const log = this.#chat.log(this.#room.name);
    if (!log) return;
    this.#keepUnreadMark(log);
    if (this.#scroll.isAtEnd) log.trim(Math.min(HELD_AT_MOST, Math.max(HELD_AT_END, log.last - (this.#unreadAfter ?? log.last))));
    const outgoing = this.#chat.outbox.messages(this.#room.name);
    const rows = rowsOf({ events: log.events, gaps: log.gaps, outgoing, me: this.#chat.account, unreadAfter: this.#unreadAfter });
    this.#scroll.during(() => {
      this.#drawOlder(log);
      this.#draw(rows);
    });
    this.#drawnLast = log.last;
    this.#log.dataset.caughtUp = String(this.#chat.isCaughtUp(this.#room.name));
    this.#moved();
  }

  // What arrives while nobody looks gets the divider, in place of the one of an earlier absence; what arrives in view does not.
  #keepUnreadMark(log) {
    const isMarked = this.#unreadAfter !== null && (this.#unreadAfter >= this.#lastShown || this.#chat.readMark(this.#room.name) < this.#lastShown);
    if (document.hidden && !isMarked && log.last > (this.#lastShown ?? log.last)) this.#unreadAfter = this.#lastShown;
    if (!document.hidden || this.#lastShown === null) this.#lastShown = log.last;
  }

  #draw(rows) {
    const drawn = new Map();
    let next = this.#lines.firstChild;
    for (const row of rows) {
      const signature = this.#renderer.signature(row);
      let line = this.#drawn.get(row.key);
      if (line?.signature !== signature) {
        const element = this.#renderer.draw(row);
        if (line?.element === next) next = element;
        line?.element.replaceWith(element);
        line = { element, signature };
      }
      if (line.element === next) next = next.nextSibling;
      else this.#lines.insertBefore(line.element, next);
      drawn.set(row.key, line);
    }
    for (const [key, line] of this.#drawn) if (!drawn.has(key)) line.element.remove();
    this.#drawn = drawn;
  }

  #drawOlder(log) {
    const state = this.#chat.olderState(this.#room.name);
    const shown = state instanceof Error ? state : log.hasOlder ? "loading" : log.isKnown && "beginning";
    if (shown === this.#lastOlder) return;
    this.#lastOlder = shown;
    this.#older.replaceChildren(...this.#olderContent(shown));
  }

  #olderContent(shown) {
    if (shown === "loading") return [element("p", { className: "hint" }, this.#text.of("loadingOlder"))];
    if (shown === "beginning") {
      return [element("p", { className: "beginning" }, this.#text.of("beginning", { room: this.#room.title }))];
    }
    if (!shown) return [];
    return [
      element("p", { className: "hint" }, `${this.#text.of("olderFailed")} ${this.#text.problem(shown)}`),
      element("button", {
        type: "button", className: "small", dataset: { testid: "load-older" },
        onclick: () => this.#chat.loadOlder(this.#room.name),
      }, this.#text.of("tryAgain")),
    ];
  }

  #moved() {
    const { name } = this.#room;
    if (this.#scroll.isAtEnd && !document.hidden) this.#chat.markRead(name, this.#drawnLast);
    const mark = this.#chat.readMark(name);
    const events = this.#chat.log(name)?.events ?? [];
    const isNew = ({ seq, kind, removed, author }) => seq > mark && kind === "message" && !removed && author.id !== this.#chat.account.id;
    this.#showPill(this.#scroll.isAtEnd ? 0 : events.filter(isNew).length);
    if (this.#scroll.distanceToStart < LOAD_WITHIN_PX && this.#chat.olderState(name) === "idle") this.#chat.loadOlder(name);
    this.#loadVisibleGaps();
  }

  #loadVisibleGaps() {
    // Before the newest events are there, the gap is in view only because they are not.
    if (document.hidden || !this.#chat.isCaughtUp(this.#room.name)) return;
    for (const gap of this.#chat.log(this.#room.name)?.gaps ?? []) {
      const row = this.#drawn.get(`gap ${gap.id}`)?.element;
      if (row && this.#scroll.shows(row) && this.#chat.gapState(this.#room.name, gap) === "idle") this.#loadGap(gap);
    }
  }

  // Who reads downwards goes on where the gap begins, everybody else where it ends: what is looked at stays in place.
  #loadGap(gap) {
    const isFromStart = !this.#scroll.isAtEnd && this.#scroll.firstVisibleSeq < gap.from;
    this.#chat.loadGap(this.#room.name, gap, { isFromStart });
  }

  #showPill(count) {
    const label = this.#text.of("newMessages", { count });
    this.#pill.hidden = count === 0;
    if (this.#pill.dataset.count === String(count)) return;
    this.#pill.dataset.count = String(count);
    this.#pill.replaceChildren(icon("down"), label);
  }
}
