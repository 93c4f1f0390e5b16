import { deviceName } from "./device.js";
import { element } from "./dom.js";

/** Where an account is logged in, and the way to end that elsewhere. */
export class SessionsView {
  element;
  #api;
  #text;
  #announcer;
  #heading;
  #list = element("ul", { className: "sessions", dataset: { testid: "sessions" } });
  #hint = element("p", { className: "hint" });
  #done = element("p", { className: "done", dataset: { testid: "sessions-done" } });
  #error = element("p", { className: "form-error", role: "alert", dataset: { testid: "sessions-error" } });
  #again;
  #endOthers;
  #isBusy = false;
  #queue = Promise.resolve();

  constructor({ api, text, announcer }) {
    this.#api = api;
    this.#text = text;
    this.#announcer = announcer;
    this.#heading = element("h3", { id: "sessions-heading", tabIndex: -1 }, text.of("sessions"));
    this.#hint.textContent = text.of("loadingSessions");
    this.#again = this.#button("tryAgain", "reload-sessions", () => this.load());
    this.#endOthers = this.#button("endOthers", "end-other-sessions", () => this.#run(async () => {
      const { ended } = await api.endOtherSessions();
      return text.of("othersEnded", { count: ended });
    }));
    this.element = element("section", { "aria-labelledby": "sessions-heading" },
      this.#heading, this.#list, this.#hint, this.#error, this.#done, this.#again, this.#endOthers);
  }

  /** Reads the list and shows it. */
  load() {
    return this.#run(async () => "");
  }

  // `act` resolves to what is told of it. The list is read again after a refusal too: it may have been out of date.
  #run(act) {
    this.#queue = this.#queue.then(async () => {
      this.#setBusy(true);
      this.#done.textContent = this.#error.textContent = "";
      const refused = await act().then((line) => this.#tell(line), (problem) => problem);
      const unread = await this.#read().then(() => null, (problem) => problem);
      const problem = refused ?? unread;
      if (problem) this.#error.textContent = this.#text.problem(problem);
      this.#again.hidden = !unread;
      this.#setBusy(false);
    });
    return this.#queue;
  }

  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.element.ariaBusy = String(isBusy);
  }

  #tell(line) {
    this.#done.textContent = line;
    if (line) this.#announcer.say(line);
  }

  async #read() {
    const { sessions } = await this.#api.sessions();
    const others = sessions.filter(({ current }) => !current);
    const focused = document.activeElement;
    const place = this.#buttons().indexOf(focused);
    this.#list.replaceChildren(...sessions.filter(({ current }) => current).concat(others).map((session) => this.#item(session)));
    this.#hint.textContent = others.length === 0 ? this.#text.of("noOtherSessions") : "";
    this.#endOthers.hidden = others.length === 0;
    if (place >= 0) this.#focus(focused.dataset.session, place);
    else if (focused === this.#endOthers && this.#endOthers.hidden) this.#heading.focus();
  }

  // On the session where the focus was, or on what has taken its place.
  #focus(session, place) {
    const buttons = this.#buttons();
    const same = buttons.find((button) => button.dataset.session === session);
    (same ?? buttons[Math.min(place, buttons.length - 1)] ?? this.#heading).focus();
  }

  #buttons() {
    return [...this.#list.querySelectorAll("button")];
  }

  #item({ id, current, device, address, createdAt, lastSeenAt }) {
    const { times } = this.#text;
    const name = deviceName(device, this.#text);
    const details = `session-${id}`;
    return element("li", { dataset: { testid: "session", current: String(current) } },
      element("div", { className: "session", id: details },
        element("p", { title: device },
          element("bdi", { className: "session-device" }, name),
          current ? element("span", { className: "session-mark" }, this.#text.of("thisDevice")) : null),
        element("p", { className: "hint" }, this.#time("lastUsed", lastSeenAt, times.ago(new Date(lastSeenAt)))),
        element("p", { className: "hint" }, this.#time("loggedInOn", createdAt, times.date(new Date(createdAt))),
          address ? element("bdi", {}, address) : null)),
      current ? null : this.#endButton(id, name, details));
  }

  #time(key, at, when) {
    return element("time", { dateTime: at, title: this.#text.times.full(new Date(at)) }, this.#text.of(key, { when }));
  }

  #endButton(id, device, details) {
    const button = this.#button("logOut", "end-session", () => this.#run(async () => {
      await this.#api.endSession(id);
      return this.#text.of("deviceLoggedOut", { device });
    }));
    button.dataset.session = id;
    button.ariaLabel = this.#text.of("logOutDevice", { device });
    button.setAttribute("aria-describedby", details);
    button.hidden = false;
    return button;
  }

  // Nothing is disabled while an act goes on: that would take the keyboard focus away.
  #button(label, testid, action) {
    return element("button", {
      type: "button",
      hidden: true,
      dataset: { testid },
      onclick: () => this.#isBusy || action(),
    }, this.#text.of(label));
  }
}
