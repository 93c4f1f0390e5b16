import { element } from "./dom.js";

const FORGET_MS = 8_000;

/** Says new things, and only those, to screen readers. */
export class Announcer {
  element = element("div", { className: "visually-hidden", role: "status" });

  /** Adds a line to what is read out, politely. */
  say(line) {
    const said = element("p", { dir: "auto" }, line);
    this.element.append(said);
    setTimeout(() => said.remove(), FORGET_MS);
  }
}
