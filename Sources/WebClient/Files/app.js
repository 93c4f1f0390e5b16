import { API } from "./api.js";
import { AuthView } from "./authview.js";
import { Backoff } from "./backoff.js";
import { Chat } from "./chat.js";
import { ChatView } from "./chatview.js";
import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Text, pickLanguage } from "./i18n.js";
import { Storage } from "./storage.js";

const LANGUAGE_KEY = "denwa.language";
const SUBPROTOCOL = "denwa.v1";

/** The composition root: decides which of the three screens is shown and wires what is behind it. */
class App {
  #api = new API();
  #storage = new Storage(() => localStorage);
  #tabStorage = new Storage(() => sessionStorage);
  #backoff = new Backoff();
  #text;
  #chat = null;
  #drafts = null;
  #view = null;
  #draw = () => {};

  /** Asks who is logged in and shows what follows from it. */
  async start() {
    const wanted = [this.#storage.getItem(LANGUAGE_KEY), ...navigator.languages].filter(Boolean);
    this.#speak(pickLanguage(wanted));
    addEventListener("online", () => this.#chat?.connection.networkChanged(true));
    addEventListener("offline", () => this.#chat?.connection.networkChanged(false));
    await this.#enter();
  }

  async #enter() {
    try {
      this.#open((await this.#api.me()).account);
    } catch (problem) {
      if (problem.code === "not_authenticated") this.#showAuth();
      else this.#showUnreachable(problem);
    }
  }

  #open(account) {
    this.#drafts = new Drafts({ accountID: account.id, storage: this.#tabStorage });
    const connection = new Connection({
      openSocket: () => new WebSocket(socketAddress(), SUBPROTOCOL),
      checkSession: () => this.#isLoggedIn(),
      isNetworkUp: () => navigator.onLine,
    });
    this.#chat = new Chat({ account, api: this.#api, connection, storage: this.#storage });
    this.#chat.on("ended", () => this.#close("sessionEnded"));
    this.#chat.on("replaced", () => this.#enter());
    this.#show(() => new ChatView({
      api: this.#api,
      chat: this.#chat,
      text: this.#text,
      drafts: this.#drafts,
      onLanguage: (code) => this.#switch(code),
      onLogOut: () => this.#logOut(),
    }));
    this.#chat.start();
  }

  #close(notice) {
    this.#chat.stop();
    this.#chat = null;
    this.#showAuth({ notice });
  }

  async #logOut() {
    const count = this.#chat.outbox.messages().filter(({ state }) => state !== "sent").length;
    if (count > 0 && !confirm(this.#text.of("discardUnsent", { count }))) return;
    // First, because the server closes the socket with the session, and that would look like somebody else's doing.
    this.#chat.stop();
    try {
      await this.#api.logOut();
    } catch (problem) {
      if (problem.code !== "not_authenticated") {
        this.#chat.start();
        return alert(this.#text.problem(problem));
      }
    }
    this.#chat.forget();
    this.#drafts.clear();
    this.#close();
  }

  async #isLoggedIn() {
    return this.#api.me().then(() => true, ({ code }) => code !== "not_authenticated");
  }

  #showAuth({ mode = "login", notice } = {}) {
    this.#show(() => new AuthView({
      text: this.#text,
      api: this.#api,
      mode,
      notice,
      onDone: ({ account }) => this.#open(account),
      onLanguage: (code) => this.#switch(code),
      onMode: (other) => this.#showAuth({ mode: other }),
    }));
    this.#view.focus();
  }

  #showUnreachable(problem) {
    const timer = setTimeout(() => this.#enter(), this.#backoff.next());
    const retry = () => {
      clearTimeout(timer);
      this.#enter();
    };
    const draw = () => element("main", { className: "empty", dataset: { testid: "unreachable" } },
      element("h1", {}, this.#text.of("unreachable")),
      element("p", { role: "alert" }, this.#text.problem(problem)),
      element("button", { type: "button", className: "primary", dataset: { testid: "retry-now" }, onclick: retry }, this.#text.of("tryAgain")));
    this.#show(() => ({ element: draw() }));
  }

  #show(draw) {
    this.#view?.destroy?.();
    this.#draw = draw;
    this.#view = draw();
    document.body.replaceChildren(this.#view.element);
  }

  #switch(code) {
    this.#storage.setItem(LANGUAGE_KEY, code);
    this.#speak(code);
    this.#show(this.#draw);
    document.querySelector(".language")?.focus();
  }

  #speak(code) {
    this.#text = new Text(code, navigator.languages);
    document.documentElement.lang = code;
  }
}

function socketAddress() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/socket`;
}

new App().start();
