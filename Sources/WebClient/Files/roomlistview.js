import { element, icon } from "./dom.js";
import { NewRoomDialog } from "./newroomdialog.js";
import { addressOf } from "./route.js";

/** The rooms: one's own with what is unread, then the others. */
export class RoomListView {
  element;
  #chat;
  #text;
  #list = element("div", { className: "room-list", dataset: { testid: "room-list" } });
  #current = null;
  #shown = "";
  #onCreated;
  #canCreate = false;

  constructor({ chat, text, rights, onCreated }) {
    this.#chat = chat;
    this.#text = text;
    this.#onCreated = onCreated;
    this.element = element("nav", { className: "rooms", ariaLabel: text.of("rooms") }, this.#list);
    this.allow(rights);
  }

  /** Shows what these rights allow; more than before, once a second factor is set up. */
  allow(rights) {
    if (this.#canCreate || !rights.includes("create_rooms")) return;
    this.#canCreate = true;
    this.element.append(...this.#wayToNewRoom());
  }

  /** Marks the room that is open. */
  select(room) {
    this.#current = room;
    this.update();
  }

  /** Draws the list if it changed. */
  update() {
    const rooms = this.#chat.rooms.map((room) => ({ ...room, unread: this.#chat.unread(room.name) }));
    const shown = JSON.stringify([this.#current, rooms.map(({ name, title, member, unread }) => [name, title, member, unread])]);
    // Drawing again would take the keyboard focus away from the list.
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = document.activeElement?.dataset.room;
    const own = rooms.filter((room) => room.member);
    const others = rooms.filter((room) => !room.member);
    this.#list.replaceChildren(
      ...this.#section("yourRooms", own),
      ...(own.length > 0 ? [] : [element("p", { className: "hint" }, this.#text.of("noRooms"))]),
      ...(others.length > 0 ? this.#section("otherRooms", others) : []));
    if (focused && this.#list !== document.activeElement) this.#list.querySelector(`[data-room="${focused}"]`)?.focus();
  }

  #wayToNewRoom() {
    const dialog = new NewRoomDialog({ chat: this.#chat, text: this.#text, onCreated: this.#onCreated });
    const button = element("button", {
      type: "button",
      className: "new-room",
      dataset: { testid: "new-room" },
      onclick: () => dialog.open(),
    }, icon("plus"), this.#text.of("newRoom"));
    return [button, dialog.element];
  }

  #section(heading, rooms) {
    return [
      element("h2", {}, this.#text.of(heading)),
      element("ul", {}, rooms.map((room) => element("li", {}, this.#item(room)))),
    ];
  }

  #item({ name, title, member, unread }) {
    const isCurrent = name === this.#current;
    return element("a", {
      href: addressOf(name),
      className: "room-item",
      title: `#${name}`,
      "aria-current": isCurrent ? "page" : null,
      dataset: { testid: "room-item", room: name, member: String(member), unread: String(unread) },
    },
      element("span", { className: "room-mark", ariaHidden: "true" }, "#"),
      element("bdi", { className: "room-title" }, title),
      unread > 0 ? this.#badge(unread) : null);
  }

  #badge(count) {
    return element("span", { className: "badge" },
      element("span", { ariaHidden: "true" }, count > 99 ? "99+" : String(count)),
      element("span", { className: "visually-hidden" }, this.#text.of("unread", { count })));
  }
}
