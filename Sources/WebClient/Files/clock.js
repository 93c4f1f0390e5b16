/** The time and its alarms; tests pass a clock of their own. */
export const systemClock = {
  now: () => Date.now(),
  /** Runs `action` in `ms` milliseconds; returns the function that cancels it. */
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
