/** Times and days as one locale writes them, in the reader's time zone. */
export class Times {
  #time;
  #full;
  #day;
  #dayOfOtherYear;
  #words;

  constructor(locale, words) {
    const day = { weekday: "long", month: "long", day: "numeric" };
    this.#words = words;
    this.#time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
    this.#day = new Intl.DateTimeFormat(locale, day);
    this.#dayOfOtherYear = new Intl.DateTimeFormat(locale, { ...day, year: "numeric" });
  }

  /** The time of day. */
  time(at) {
    return this.#time.format(at);
  }

  /** Day and time in full, for a tooltip. */
  full(at) {
    return this.#full.format(at);
  }

  /** The day, as a heading. */
  day(at, now = new Date()) {
    const dayBefore = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
    const name = at.getFullYear() === now.getFullYear() ? this.#day.format(at) : this.#dayOfOtherYear.format(at);
    if (isSameDay(at, now)) return `${this.#words.today} · ${name}`;
    return isSameDay(at, dayBefore) ? `${this.#words.yesterday} · ${name}` : name;
  }
}

/** Whether two dates are on one day here. */
export function isSameDay(one, other) {
  return one.toDateString() === other.toDateString();
}
