import { Composer } from "./composer.js";
import { element, icon } from "./dom.js";
import { listAddress } from "./route.js";
import { TimelineView } from "./timelineview.js";

/** One room: its header, and either timeline and composer or the way in. */
export class RoomView {
  element = element("main", { className: "room", id: "room" });
  #chat;
  #name;
  #text;
  #drafts;
  #timeline = null;
  #composer = null;
  #wantsFocus = false;
  #shape = "";
  #end;

  constructor({ chat, name, text, drafts }) {
    this.#chat = chat;
    this.#name = name;
    this.#text = text;
    this.#drafts = drafts;
    const ends = [
      chat.on("rooms", () => this.#update()),
      chat.on("log", (room) => room === name && this.#timeline?.update()),
      chat.on("older", (room) => room === name && this.#timeline?.update()),
      chat.connection.on("state", () => this.#timeline?.update()),
    ];
    this.#end = () => ends.forEach((end) => end());
    this.#update();
  }

  /** Stops listening. */
  destroy() {
    this.#end();
  }

  /** Puts the cursor into the composer, as soon as the room has one. */
  focus() {
    this.#wantsFocus = this.#composer === null;
    this.#composer?.focus();
  }

  /** The page is looked at again. */
  looked() {
    this.#timeline?.looked();
  }

  #update() {
    const room = this.#name === null ? null : this.#chat.room(this.#name);
    const shape = room ? `${room.title} ${room.member} ${Boolean(room.archived)}` : `${this.#chat.isListed}`;
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#timeline = this.#composer = null;
    this.element.replaceChildren(this.#header(room), ...this.#content(room));
    if (room?.member) this.#timeline.toEnd();
    // The room was not known yet when it was opened; who has gone elsewhere meanwhile is left there.
    if (this.#wantsFocus && document.activeElement === document.body) this.focus();
  }

  #content(room) {
    if (this.#name === null) return [this.#empty("pickRoom")];
    if (!room) return [this.#empty(this.#chat.isListed ? "roomMissing" : "connecting")];
    if (!room.member) return [this.#empty("notMember", this.#joinButton())];
    this.#timeline = new TimelineView({ chat: this.#chat, room, text: this.#text });
    if (room.archived) {
      return [this.#timeline.element, element("p", { className: "archived", dataset: { testid: "archived" } }, this.#text.of("archived"))];
    }
    this.#composer = new Composer({
      text: this.#text,
      room,
      limit: this.#chat.bodyLimit,
      drafts: this.#drafts,
      onSend: (body) => {
        this.#chat.sender.submit(room.name, body);
        this.#timeline.toEnd();
      },
    });
    return [this.#timeline.element, this.#composer.element];
  }

  #header(room) {
    const back = this.#name && element("a", {
      href: listAddress, className: "back quiet", title: this.#text.of("backToRooms"), ariaLabel: this.#text.of("backToRooms"),
      dataset: { testid: "back" },
    }, icon("back"));
    const leave = room?.member
      ? this.#action("leave", "quiet", "leave-room", () => this.#chat.leave(room.name))
      : null;
    return element("header", { className: "room-header" },
      back,
      element("div", { className: "room-heading" },
        element("h1", { dir: "auto" }, room?.title ?? this.#text.of("rooms")),
        this.#name && element("span", { className: "room-name" }, `#${this.#name}`)),
      leave);
  }

  #empty(key, ...children) {
    return element("div", { className: "empty" }, element("p", {}, this.#text.of(key)), children);
  }

  #joinButton() {
    return this.#action("join", "primary", "join-room", () => this.#chat.join(this.#name));
  }

  // A button for a request; what goes wrong is told beside it.
  #action(label, className, testid, action) {
    const error = element("span", { className: "form-error", role: "alert" });
    const button = element("button", {
      type: "button",
      className,
      dataset: { testid },
      onclick: async () => {
        button.disabled = true;
        error.textContent = "";
        await action().catch((problem) => {
          error.textContent = this.#text.problem(problem);
        });
        button.disabled = false;
      },
    }, this.#text.of(label));
    return element("span", { className: "action" }, error, button);
  }
}
