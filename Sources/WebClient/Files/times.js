const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;

/** Times and days as one locale writes them, in the reader's time zone. */
export class Times {
  #time;
  #full;
  #day;
  #dayOfOtherYear;
  #date;
  #ago;
  #words;

  constructor(locale, words) {
    const day = { weekday: "long", month: "long", day: "numeric" };
    this.#words = words;
    this.#time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
    this.#day = new Intl.DateTimeFormat(locale, day);
    this.#dayOfOtherYear = new Intl.DateTimeFormat(locale, { ...day, year: "numeric" });
    this.#date = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
    this.#ago = new Intl.RelativeTimeFormat(locale);
  }

  /** The time of day. */
  time(at) {
    return this.#time.format(at);
  }

  /** Day and time in full, for a tooltip. */
  full(at) {
    return this.#full.format(at);
  }

  /** The date alone. */
  date(at) {
    return this.#date.format(at);
  }

  /** How long ago it was, to the hour or the day; the date when it was more than a week ago. */
  ago(at, now = new Date()) {
    const hours = Math.floor((now - at) / HOUR_MS);
    if (hours < 1) return this.#words.withinHour;
    if (hours < DAY_HOURS) return this.#ago.format(-hours, "hour");
    return hours < WEEK_HOURS ? this.#ago.format(-Math.floor(hours / DAY_HOURS), "day") : this.date(at);
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
