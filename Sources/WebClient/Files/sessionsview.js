import { deviceName } from "./device.js";
import { element } from "./dom.js";
import { Form } from "./form.js";
import { passwordField } from "./passwordfield.js";
import { submitButton } from "./submitbutton.js";
import { TendedList } from "./tendedlist.js";
import { userName } from "./username.js";

/** Where an account is logged in, and the way to end that elsewhere, which takes the password. */
export class SessionsView {
  element;
  #api;
  #account;
  #text;
  #list;
  #question = element("div", { className: "question" });

  constructor({ api, account, text, announcer }) {
    this.#api = api;
    this.#account = account;
    this.#text = text;
    this.#list = new TendedList({
      id: "sessions",
      heading: text.of("sessions"),
      text,
      announcer,
      read: () => this.#read(),
      all: {
        label: text.of("endOthers"),
        testid: "end-other-sessions",
        onclick: (button) => this.#ask({
          button,
          hint: text.of("endOthersHint"),
          submit: text.of("endOthers"),
          act: async (proof) => {
            const { ended } = await api.endOtherSessions(proof);
            return text.of("othersEnded", { count: ended });
          },
        }),
      },
    });
    this.element = this.#list.element;
    this.element.append(this.#question);
  }

  /** Reads the list and shows it. */
  load() {
    return this.#list.load();
  }

  async #read() {
    const { sessions } = await this.#api.sessions();
    const others = sessions.filter(({ current }) => !current);
    return {
      items: sessions.filter(({ current }) => current).concat(others).map((session) => this.#item(session)),
      hint: others.length === 0 ? this.#text.of("noOtherSessions") : "",
    };
  }

  #item({ id, current, device, address, createdAt, lastSeenAt }) {
    const { times } = this.#text;
    const name = deviceName(device, this.#text);
    const details = `session-${id}`;
    return element("li", { dataset: { testid: "session", current: String(current) } },
      element("div", { className: "entry", id: details },
        element("p", { title: device },
          element("bdi", { className: "entry-name session-device" }, name),
          current ? element("span", { className: "mark" }, this.#text.of("thisDevice")) : null),
        element("p", { className: "hint" }, this.#time("lastUsed", lastSeenAt, times.ago(new Date(lastSeenAt)))),
        element("p", { className: "hint" }, this.#time("loggedInOn", createdAt, times.date(new Date(createdAt))),
          address ? element("bdi", {}, address) : null)),
      current ? null : this.#endButton(id, name, details));
  }

  #time(key, at, when) {
    return element("time", { dateTime: at, title: this.#text.times.full(new Date(at)) }, this.#text.of(key, { when }));
  }

  #endButton(id, device, details) {
    const text = this.#text;
    const button = this.#list.button({
      label: text.of("logOut"),
      testid: "end-session",
      item: id,
      onclick: (pressed) => this.#ask({
        button: pressed,
        hint: text.of("logOutDeviceHint", { device }),
        submit: text.of("logOut"),
        act: async (proof) => {
          await this.#api.endSession(id, proof);
          return text.of("deviceLoggedOut", { device });
        },
      }),
    });
    button.ariaLabel = text.of("logOutDevice", { device });
    button.setAttribute("aria-describedby", details);
    return button;
  }

  // Below the list, with a way out that leads back to the button.
  #ask({ button, hint, submit, act }) {
    const text = this.#text;
    const password = passwordField({
      text, id: "sessions-password", testid: "sessions-password", label: text.of("oldPassword"), autocomplete: "current-password",
    });
    const leave = () => {
      this.#question.replaceChildren();
      button.focus();
    };
    const form = new Form({
      text,
      testid: "sessions-form",
      inputs: { password: password.input },
      submit: submitButton(submit, "confirm-end"),
      send: async () => {
        // Of a device that is logged out already the list tells, when it has been read again.
        const outcome = await act({ password: password.input.value }).then((line) => async () => line, (problem) => {
          if (problem.code !== "session_not_found") throw problem;
          return () => Promise.reject(problem);
        });
        leave();
        this.#list.run(outcome);
      },
      children: [element("p", { className: "hint" }, hint), userName(this.#account), password.node],
    });
    form.element.append(element("button", { type: "button", dataset: { testid: "cancel-end" }, onclick: leave }, text.of("cancel")));
    this.#question.replaceChildren(form.element);
    password.input.focus();
  }
}
