import { element } from "./dom.js";
import { Form, field } from "./form.js";

/** Asks for the name and title of a new public room and creates it. */
export class NewRoomDialog {
  element;
  #form;
  #inputs;

  constructor({ chat, text, onCreated }) {
    const name = field({
      id: "room-name", testid: "room-name", label: text.of("roomName"), hint: text.of("roomNameHint"),
      autocomplete: "off", autocapitalize: "none", spellcheck: false, required: true,
    });
    const title = field({
      id: "room-title", testid: "room-title", label: text.of("roomTitle"), note: text.of("optional"), autocomplete: "off",
    });
    this.#inputs = [name.input, title.input];
    this.#form = new Form({
      text,
      testid: "new-room-form",
      inputs: { name: name.input, title: title.input },
      submit: element("button", { type: "submit", className: "primary", dataset: { testid: "create-room" } }, text.of("create")),
      send: async () => {
        const room = { name: name.input.value.trim(), title: title.input.value.trim() };
        await chat.create(room);
        this.element.close();
        onCreated(room.name);
      },
      children: [name.node, title.node],
    });
    const cancel = element("button", { type: "button", onclick: () => this.element.close() }, text.of("cancel"));
    this.#form.element.append(cancel);
    this.element = element("dialog", { "aria-labelledby": "new-room-heading" },
      element("h2", { id: "new-room-heading" }, text.of("newRoom")), this.#form.element);
  }

  /** Shows the empty form. */
  open() {
    this.#form.show("");
    for (const input of this.#inputs) input.value = "";
    this.element.showModal();
  }
}
