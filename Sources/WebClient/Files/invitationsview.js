import { copyButton } from "./copybutton.js";
import { element } from "./dom.js";
import { Form, choice, field } from "./form.js";
import { submitButton } from "./submitbutton.js";
import { TendedList } from "./tendedlist.js";

const MOST_USES = 1_000;
const MOST_DAYS = 365;
const USES = 1;
const DAYS = 7;

/** The invitations that are open, the way to revoke one, and the way to make one. `rooms` are those one can invite to. */
export class InvitationsView {
  element;
  #api;
  #text;
  #announcer;
  #list;
  #made = element("div", { className: "made", dataset: { testid: "made-invitation" } });

  constructor({ api, rooms, text, announcer }) {
    this.#api = api;
    this.#text = text;
    this.#announcer = announcer;
    this.#list = new TendedList({ id: "invitations", heading: text.of("invitations"), text, announcer, read: () => this.#read() });
    this.element = this.#list.element;
    this.element.append(this.#form(rooms), this.#made);
    this.element.hidden = true;
  }

  /** Shows it and reads the list, or hides it from whom it is refused. */
  allow(isAllowed) {
    if (this.element.hidden === !isAllowed) return;
    this.element.hidden = !isAllowed;
    if (isAllowed) this.#list.load();
  }

  async #read() {
    const { invitations } = await this.#api.invitations();
    return {
      items: invitations.map((invitation) => this.#item(invitation)),
      hint: invitations.length === 0 ? this.#text.of("noInvitations") : "",
    };
  }

  #item({ id, uses, used, room, createdBy, expiresAt }) {
    const text = this.#text;
    const name = text.of("invitationUses", { used, count: uses });
    const until = new Date(expiresAt);
    const details = `invitation-${id}`;
    return element("li", { dataset: { testid: "invitation" } },
      element("div", { className: "entry", id: details },
        element("p", { className: "entry-name" }, name),
        element("p", { className: "hint" },
          element("time", { dateTime: expiresAt, title: text.times.full(until) }, text.of("validUntil", { when: text.times.date(until) })),
          room && element("span", {}, `#${room}`),
          createdBy && element("bdi", {}, `@${createdBy}`))),
      this.#revokeButton(id, details));
  }

  #revokeButton(id, details) {
    const button = this.#list.button({
      label: this.#text.of("revoke"),
      testid: "revoke-invitation",
      item: id,
      act: async () => {
        await this.#api.revokeInvitation(id);
        return this.#text.of("invitationRevoked");
      },
    });
    button.setAttribute("aria-describedby", details);
    return button;
  }

  #form(rooms) {
    const text = this.#text;
    const uses = this.#numberField("uses", MOST_USES, USES);
    const days = this.#numberField("days", MOST_DAYS, DAYS);
    const room = choice({
      id: "invitation-room", testid: "invitation-room", label: text.of("room"), note: text.of("optional"),
      options: [["", text.of("noRoom")], ...rooms.map(({ name, title }) => [name, title])],
    });
    const form = new Form({
      text,
      testid: "invitation-form",
      inputs: { uses: uses.input, days: days.input, room: room.input },
      submit: submitButton(text.of("invite"), "invite"),
      send: async () => {
        const { link } = await this.#api.invite({
          uses: Number(uses.input.value), days: Number(days.input.value), room: room.input.value,
        });
        await this.#list.load();
        this.#show(link);
      },
      children: [element("div", { className: "fields" }, uses.node, days.node), room.node],
    });
    return form.element;
  }

  #numberField(name, max, value) {
    return field({
      id: `invitation-${name}`, testid: `invitation-${name}`, label: this.#text.of(name), type: "number", min: 1, max, step: 1, value,
      inputMode: "numeric", required: true,
    });
  }

  #show(link) {
    const text = this.#text;
    const shown = element("code", { className: "secret", dataset: { testid: "invitation-link" } }, link);
    const copy = copyButton({ value: link, shown, text, announcer: this.#announcer });
    this.#made.replaceChildren(
      element("p", { className: "done" }, text.of("invitationMade")),
      element("p", { className: "beside" }, shown, copy));
    this.#announcer.say(text.of("invitationMade"));
    copy.focus();
  }
}
