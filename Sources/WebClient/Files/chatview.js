import { AccountBar } from "./accountbar.js";
import { AccountDialog } from "./accountdialog.js";
import { Announcer } from "./announcer.js";
import { batched } from "./batch.js";
import { ConnectionView } from "./connectionview.js";
import { element } from "./dom.js";
import { languageSelect } from "./languageselect.js";
import { RoomListView } from "./roomlistview.js";
import { RoomView } from "./roomview.js";
import { addressOf, roomIn } from "./route.js";

/** Everything an account sees. The address names the open room. */
export class ChatView {
  element;
  #chat;
  #text;
  #drafts;
  #announcer = new Announcer();
  #dialog;
  #list;
  #connection;
  #room = null;
  #ends;

  /**
   * `me` is who is logged in and what they may do, `onRead` gets it whenever it was read anew; the other options of the account's
   * dialog are its own.
   */
  constructor({ api, me, server, invitation, chat, text, drafts, onRead, onSignUp, onLanguage, onLogOut }) {
    this.#chat = chat;
    this.#text = text;
    this.#drafts = drafts;
    this.#list = new RoomListView({ chat, text, rights: me.rights, onCreated: (room) => location.assign(addressOf(room)) });
    this.#connection = new ConnectionView({ connection: chat.connection, text, announcer: this.#announcer });
    const bar = new AccountBar({ me, text, onOpen: () => this.openAccount(), onLogOut });
    this.#dialog = new AccountDialog({
      api, me, server, invitation, chat, text, onSignUp,
      onRead: (now) => {
        bar.update(now);
        this.#list.allow(now.rights);
        onRead(now);
        // It may have got its rights just now.
        if (now.rights.includes("read")) chat.connection.retryNow();
      },
    });
    this.element = element("div", { className: "app" },
      element("header", { className: "brand" },
        element("img", { src: "/icon.svg", alt: "", width: 28, height: 28 }),
        element("span", { className: "brand-name" }, element("span", { className: "wordmark", lang: "ja" }, "電話"), " Denwa"),
        languageSelect(text, onLanguage)),
      this.#list.element,
      this.#connection.element,
      bar.element,
      this.#dialog.element,
      this.#announcer.element);
    this.#listen();
    if (location.hash === "") history.replaceState(null, "", addressOf(server.defaultRoom));
    this.#route();
  }

  /** Opens the dialog of the account. */
  openAccount() {
    this.#dialog.open();
  }

  /** Says a line to screen readers. */
  say(line) {
    this.#announcer.say(line);
  }

  /** Stops listening. */
  destroy() {
    this.#ends.forEach((end) => end());
    this.#connection.destroy();
    this.#room.destroy();
    document.title = "Denwa";
  }

  #listen() {
    const route = () => this.#route();
    const looked = () => document.hidden || this.#looked();
    const drawRooms = batched(() => this.#drawRooms());
    addEventListener("hashchange", route);
    document.addEventListener("visibilitychange", looked);
    this.#ends = [
      () => removeEventListener("hashchange", route),
      () => document.removeEventListener("visibilitychange", looked),
      this.#chat.on("rooms", drawRooms),
      this.#chat.on("arrived", (event) => this.#announce(event)),
    ];
  }

  #route() {
    const name = roomIn(location.hash);
    this.#chat.open(name);
    this.#room?.destroy();
    this.#room?.element.remove();
    this.#room = new RoomView({ chat: this.#chat, name, text: this.#text, drafts: this.#drafts });
    this.element.dataset.screen = name === null ? "rooms" : "room";
    this.element.append(this.#room.element);
    this.#list.select(name);
    this.#drawRooms();
    // On a touch screen focus would open the keyboard over what one came to read.
    if (matchMedia("(pointer: fine)").matches) this.#room.focus();
  }

  #drawRooms() {
    this.#list.update();
    const unread = this.#chat.rooms.filter(({ name }) => this.#chat.unread(name) > 0).length;
    const title = this.#chat.room(roomIn(location.hash))?.title;
    document.title = [unread > 0 ? `(${unread})` : "", title ? `${title} – Denwa` : "Denwa"].join(" ").trim();
  }

  #looked() {
    this.#room.looked();
    this.#chat.connection.wake();
    this.#chat.refreshRooms().catch(() => {});
  }

  #announce({ room, author, body }) {
    if (room !== roomIn(location.hash)) return;
    this.#announcer.say(this.#text.of("announcement", { name: author.displayName, body }));
  }
}
