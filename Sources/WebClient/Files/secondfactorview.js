import { codeField } from "./codefield.js";
import { copyButton } from "./copybutton.js";
import { element } from "./dom.js";
import { Form } from "./form.js";
import { passwordField } from "./passwordfield.js";
import { qrImage } from "./qrimage.js";
import { recoveryCodes } from "./recoverycodes.js";
import { submitButton } from "./submitbutton.js";
import { userName } from "./username.js";

// Another page was quicker: what is shown is out of date.
const OUT_OF_DATE = new Set(["second_factor_exists", "second_factor_not_begun"]);

/**
 * Whether the account wants a code at every log-in, and the ways to turn that on and off. `onRead` gets the account's state
 * (`GET /v1/me`) whenever it was read; `onSwitched` is called when it was turned on or off, which ends other sessions.
 */
export class SecondFactorView {
  element;
  #options;
  #heading;
  #body = element("div", { className: "steps" });
  #error = element("p", { className: "form-error", role: "alert", dataset: { testid: "second-factor-error" } });

  constructor({ api, account, text, announcer, onRead, onSwitched }) {
    this.#options = { api, account, text, announcer, onRead, onSwitched };
    this.#heading = element("h3", { id: "second-factor-heading", tabIndex: -1 }, text.of("secondFactor"));
    this.element = element("section", { "aria-labelledby": "second-factor-heading", dataset: { testid: "second-factor" } },
      this.#heading, this.#body, this.#error);
    this.#body.append(this.#hint("loading"));
  }

  /** Reads the state and shows it. */
  async load() {
    const { api, text, onRead } = this.#options;
    this.#error.textContent = "";
    try {
      const me = await api.me();
      onRead(me);
      this.#showState(me);
    } catch (problem) {
      this.#error.textContent = text.problem(problem);
      this.#body.replaceChildren(this.#button("tryAgain", "reload-second-factor", () => this.load()));
    }
  }

  #showState({ rights, secondFactor: { enabled, required, recoveryCodes: count } }) {
    const { text } = this.#options;
    const notice = rights.includes("read") ? "secondFactorNotice" : "secondFactorNoticeAll";
    if (!enabled) {
      this.#body.replaceChildren(
        required ? element("p", { className: "due", dataset: { testid: "second-factor-notice" } }, text.of(notice)) : "",
        this.#hint("secondFactorHint"),
        this.#button("setUp", "set-up-second-factor", () => this.#askPassword()));
      return;
    }
    this.#body.replaceChildren(
      element("p", { className: "done", dataset: { testid: "second-factor-on" } }, text.of("secondFactorOn")),
      element("p", { className: "hint", dataset: { testid: "codes-left" } }, text.of("codesLeft", { count })),
      element("p", { className: "beside" },
        this.#button("newRecoveryCodes", "new-recovery-codes", () => this.#replaceCodes()),
        this.#button("turnOff", "turn-off-second-factor", () => this.#turnOff())));
  }

  #askPassword() {
    const { api, text } = this.#options;
    const password = this.#passwordField();
    this.#ask({
      testid: "begin-form",
      hint: "beginHint",
      fields: { password },
      submit: text.of("goOn"),
      send: async () => this.#showSecret(await api.beginSecondFactor({ password: password.input.value })),
    });
  }

  #showSecret({ secret, uri }) {
    const { api, text, announcer, onSwitched } = this.#options;
    const code = codeField({ text, id: "factor-code" });
    const shown = element("code", { className: "secret", dataset: { testid: "secret" } }, secret.match(/.{1,4}/g).join(" "));
    const form = this.#ask({
      testid: "enable-form",
      fields: { code },
      submit: text.of("turnOn"),
      send: async () => {
        const { recoveryCodes: codes } = await api.enableSecondFactor({ code: code.input.value.trim() });
        announcer.say(text.of("secondFactorOn"));
        onSwitched();
        this.#showCodes(codes);
      },
    });
    const first = this.#hint("scan");
    form.element.before(
      first,
      qrImage(uri, text.of("qrCode")) ?? "",
      element("p", { className: "hint" }, text.of("typeSecret")),
      element("p", { className: "beside" }, shown, copyButton({ value: secret, shown, text, announcer })),
      element("p", {}, element("a", { href: uri, dataset: { testid: "authenticator-link" } }, text.of("openAuthenticator"))));
    this.#readFrom(first);
  }

  #replaceCodes() {
    const { api, text } = this.#options;
    this.#confirm("recovery-form", "newRecoveryCodesHint", text.of("newRecoveryCodes"), async (proof) => {
      const { recoveryCodes: codes } = await api.replaceRecoveryCodes(proof);
      this.#showCodes(codes);
    });
  }

  #turnOff() {
    const { api, text, announcer, onSwitched } = this.#options;
    this.#confirm("removal-form", "turnOffHint", text.of("turnOff"), async (proof) => {
      await api.disableSecondFactor(proof);
      announcer.say(text.of("secondFactorOff"));
      onSwitched();
      await this.#leave();
    });
  }

  #confirm(testid, hint, submit, act) {
    const password = this.#passwordField();
    const code = codeField({ text: this.#options.text, id: "factor-code", onSwitch: () => form.forgive() });
    const form = this.#ask({
      testid, hint, fields: { password, code }, submit,
      send: () => act({ password: password.input.value, code: code.input.value.trim() }),
    });
  }

  #showCodes(codes) {
    const { account, text, announcer } = this.#options;
    const title = element("h4", {}, text.of("recoveryCodes"));
    this.#body.replaceChildren(title, ...recoveryCodes({ codes, account, text, announcer, onKept: () => this.#leave() }));
    this.#readFrom(title);
  }

  // A form in place of everything else, with a way out.
  #ask({ testid, hint, fields, submit, send }) {
    const { account, text } = this.#options;
    const form = new Form({
      text,
      testid,
      inputs: Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, input])),
      submit: submitButton(submit),
      send: () => send().catch((problem) => this.#refused(problem)),
      children: [hint ? this.#hint(hint) : null, fields.password ? userName(account) : null, ...Object.values(fields).map(({ node }) => node)],
    });
    form.element.append(this.#button("cancel", "cancel-second-factor", () => this.#leave()));
    this.#body.replaceChildren(form.element);
    form.element.querySelector("input:not([hidden])").focus();
    return form;
  }

  async #refused(problem) {
    if (!OUT_OF_DATE.has(problem.code)) throw problem;
    await this.#leave();
    this.#error.textContent = this.#options.text.problem(problem);
  }

  // What was typed or shown goes at once.
  async #leave() {
    this.#body.replaceChildren(this.#hint("loading"));
    this.#readFrom(this.#heading);
    await this.load();
  }

  // Whoever hears the page, or has a small screen, begins here.
  #readFrom(node) {
    node.tabIndex = -1;
    node.focus();
  }

  #passwordField() {
    const { text } = this.#options;
    return passwordField({
      text, id: "factor-password", testid: "factor-password", label: text.of("oldPassword"), autocomplete: "current-password",
    });
  }

  #hint(key) {
    return element("p", { className: "hint" }, this.#options.text.of(key));
  }

  #button(label, testid, onclick) {
    return element("button", { type: "button", dataset: { testid }, onclick }, this.#options.text.of(label));
  }
}
