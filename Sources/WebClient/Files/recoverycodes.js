import { copyButton } from "./copybutton.js";
import { element } from "./dom.js";

const FILE_NAME = "denwa-recovery-codes.txt";

/** Shows recovery codes, which nobody can see again, with the ways to keep them. `onKept` is called when one has. */
export function recoveryCodes({ codes, account, text, announcer, onKept }) {
  const list = element("ul", { className: "codes", dataset: { testid: "recovery-codes" } },
    codes.map((code) => element("li", {}, code)));
  const download = element("button", {
    type: "button",
    className: "small",
    dataset: { testid: "download" },
    onclick: () => save(FILE_NAME, [text.of("recoveryFile", { handle: account.handle }), "", ...codes, ""].join("\n")),
  }, text.of("download"));
  return [
    element("p", { className: "hint" }, text.of("recoveryCodesHint")),
    list,
    element("p", { className: "beside" }, copyButton({ value: codes.join("\n"), shown: list, text, announcer }), download),
    element("button", { type: "button", className: "primary", dataset: { testid: "kept" }, onclick: onKept }, text.of("kept")),
  ];
}

function save(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  element("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
