import { API } from "./api.js";
import { AuthView } from "./authview.js";
import { Backoff } from "./backoff.js";
import { Chat } from "./chat.js";
import { ChatView } from "./chatview.js";
import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Text, pickLanguage } from "./i18n.js";
import { takeLink } from "./link.js";
import { ResetView } from "./resetview.js";
import { Storage } from "./storage.js";

const LANGUAGE_KEY = "denwa.language";
const SUBPROTOCOL = "denwa.v1";
const NEW_COOKIE_MS = 1_500;

/** The composition root: decides which of the four screens is shown and wires what is behind it. */
class App {
  #api = new API({ renew: (act) => this.#renew(act) });
  #storage = new Storage(() => localStorage);
  #tabStorage = new Storage(() => sessionStorage);
  #backoff = new Backoff();
  #text;
  #server = null;
  // What links brought, until it is used.
  #invitation = null;
  #resetToken = null;
  #chat = null;
  #drafts = null;
  #view = null;
  #draw = () => {};

  /** Asks who is logged in and shows what follows from it. */
  async start() {
    const wanted = [this.#storage.getItem(LANGUAGE_KEY), ...navigator.languages].filter(Boolean);
    this.#speak(pickLanguage(wanted));
    addEventListener("hashchange", ({ oldURL }) => this.#follow(takeLink(new URL(oldURL).hash)));
    addEventListener("online", () => this.#chat?.connection.networkChanged(true));
    addEventListener("offline", () => this.#chat?.connection.networkChanged(false));
    if (!this.#follow(takeLink())) await this.#enter();
  }

  // A link to this page, opened in this page, does not load it again.
  #follow(link) {
    if (link?.kind === "invite") this.#invitation = link.secret;
    if (link?.kind === "reset") this.#resetToken = link.secret;
    if (link) this.#enter();
    return link !== null;
  }

  /** `notice` is for whoever turns out not to be logged in. */
  async #enter(notice) {
    try {
      const [server, me] = await Promise.all([this.#api.server(), this.#whoAmI()]);
      this.#server = server;
      if (this.#resetToken) this.#showReset();
      else if (me) this.#open(me);
      else this.#showEntrance(notice);
    } catch (problem) {
      this.#showUnreachable(problem, notice);
    }
  }

  #whoAmI() {
    return this.#api.me().catch((problem) => {
      if (problem.code !== "not_authenticated") throw problem;
      return null;
    });
  }

  #open(me) {
    this.#leaveChat();
    const { account } = me;
    this.#drafts = new Drafts({ accountID: account.id, storage: this.#tabStorage });
    const connection = new Connection({
      openSocket: () => new WebSocket(socketAddress(), SUBPROTOCOL),
      checkSession: () => this.#isLoggedIn(),
      isNetworkUp: () => navigator.onLine,
    });
    this.#chat = new Chat({ account, api: this.#api, connection, storage: this.#storage });
    this.#chat.on("ended", () => this.#ended());
    this.#chat.on("replaced", () => this.#enter());
    // In another language it goes on with what was read last.
    let known = me;
    this.#show(() => new ChatView({
      api: this.#api,
      me: known,
      onRead: (now) => (known = now),
      server: this.#server,
      invitation: this.#invitation,
      chat: this.#chat,
      text: this.#text,
      drafts: this.#drafts,
      onSignUp: (details) => this.#signUp(details),
      onLanguage: (code) => this.#switch(code),
      onLogOut: () => this.#logOut(me),
    }));
    this.#chat.start();
    if (this.#invitation && me.role === "guest") this.#view.openAccount();
    // Nothing else can be done before.
    if (me.secondFactor.required && !me.rights.includes("read")) this.#view.openAccount();
  }

  #leaveChat() {
    this.#chat?.stop();
    this.#chat = null;
  }

  // A session ends when another tab signs up or changes the password, too; the new cookie may not be here yet.
  async #ended() {
    this.#leaveChat();
    await new Promise((resolve) => setTimeout(resolve, NEW_COOKIE_MS));
    await this.#enter("sessionEnded");
  }

  // A guest's account goes on under the new handle, with its drafts.
  async #signUp(details) {
    // First, because the server closes the guest's sockets, and that would look like somebody else's doing.
    this.#chat.stop();
    try {
      await this.#api.signUpGuest(details);
    } catch (problem) {
      this.#chat.start();
      throw problem;
    }
    this.#invitation = null;
    await this.#enter();
    this.#view.say?.(this.#text.of("signedUp"));
  }

  async #renew(act) {
    // First, because the server closes the socket with the old session, and that would look like somebody else's doing.
    this.#chat?.stop();
    try {
      return await act();
    } finally {
      this.#chat?.start();
    }
  }

  async #logOut({ role }) {
    if (role === "guest" && !confirm(this.#text.of("leaveAsGuest"))) return;
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
    this.#leaveChat();
    await this.#enter();
  }

  async #isLoggedIn() {
    return this.#api.me().then(() => true, ({ code }) => code !== "not_authenticated");
  }

  #showEntrance(notice) {
    if (!this.#invitation) this.#showAuth({ mode: "login", notice });
    else if (this.#server.signUp === "closed") this.#showAuth({ mode: "login", notice: "signUpClosed" });
    else this.#showAuth({ mode: "signup", notice });
  }

  #showAuth({ mode, handle, notice, done }) {
    this.#leaveChat();
    // In another language it goes on where it was.
    const progress = { credentials: null };
    this.#show(() => new AuthView({
      text: this.#text,
      api: this.#api,
      server: this.#server,
      invitation: this.#invitation,
      mode,
      handle,
      progress,
      notice,
      done,
      onDone: () => {
        this.#invitation = null;
        return this.#enter();
      },
      onLanguage: (code) => this.#switch(code),
      onMode: (other) => this.#showAuth({ mode: other }),
    }));
    this.#view.focus();
  }

  #showReset() {
    this.#leaveChat();
    this.#show(() => new ResetView({
      text: this.#text,
      api: this.#api,
      server: this.#server,
      token: this.#resetToken,
      onDone: (handle) => {
        this.#resetToken = null;
        this.#showAuth({ mode: "login", handle, done: "passwordReset" });
      },
      onLeave: () => {
        this.#resetToken = null;
        this.#enter();
      },
      onLanguage: (code) => this.#switch(code),
    }));
    this.#view.focus();
  }

  #showUnreachable(problem, notice) {
    this.#leaveChat();
    const timer = setTimeout(() => this.#enter(notice), this.#backoff.next());
    const retry = () => {
      clearTimeout(timer);
      this.#enter(notice);
    };
    const draw = () => element("main", { className: "empty", dataset: { testid: "unreachable" } },
      element("h1", {}, this.#text.of("unreachable")),
      element("p", { role: "alert" }, this.#text.problem(problem)),
      element("button", { type: "button", className: "primary", dataset: { testid: "retry-now" }, onclick: retry }, this.#text.of("tryAgain")));
    this.#show(() => ({ element: draw(), destroy: () => clearTimeout(timer) }));
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
