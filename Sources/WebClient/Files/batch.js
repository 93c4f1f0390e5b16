const VISIBLE_MS = 16;
const HIDDEN_MS = 200;

/** Wraps `action` so that many calls become one. A timer, because a hidden page has no animation frames. */
export function batched(action) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      action();
    }, document.hidden ? HIDDEN_MS : VISIBLE_MS);
  };
}
