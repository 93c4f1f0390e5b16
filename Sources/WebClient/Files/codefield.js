import { element } from "./dom.js";
import { field } from "./form.js";

const RECOVERY_LOOK = "abcd-efgh-ijkl-mnop-qrst-uvwx";

/**
 * A field for a code from an authenticator app. With `onSwitch`, a button turns it into one for a recovery code, and back;
 * `onSwitch` is called then.
 */
export function codeField({ text, id, onSwitch }) {
  const { node, input } = field({
    id, testid: id, label: text.of("code"), hint: text.of("codeHint"),
    autocapitalize: "none", spellcheck: false, required: true,
  });
  let isRecovery = false;
  const label = node.querySelector("label");
  const hint = node.querySelector(".hint");
  const change = element("button", {
    type: "button", className: "link", dataset: { testid: "use-other-code" },
    onclick: () => {
      isRecovery = !isRecovery;
      input.value = "";
      show();
      input.focus();
      onSwitch();
    },
  });
  const show = () => {
    label.textContent = text.of(isRecovery ? "recoveryCode" : "code");
    hint.textContent = text.of(isRecovery ? "recoveryCodeHint" : "codeHint");
    change.textContent = text.of(isRecovery ? "useCode" : "useRecoveryCode");
    input.autocomplete = isRecovery ? "off" : "one-time-code";
    input.inputMode = isRecovery ? "text" : "numeric";
    input.placeholder = isRecovery ? RECOVERY_LOOK : "";
  };
  show();
  if (onSwitch) node.append(change);
  return { node, input };
}
