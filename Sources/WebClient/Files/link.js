const PATTERN = /^#(invite|reset)=(.+)$/;

/**
 * What the link that led here brings in its fragment: {kind: "invite"|"reset", secret}, or null. A secret does not stay in
 * the address and the history: `hash` takes its place.
 */
export function takeLink(hash = "") {
  const [, kind, secret] = PATTERN.exec(location.hash) ?? [];
  if (!kind) return null;
  history.replaceState(null, "", hash || location.pathname + location.search);
  return { kind, secret };
}
