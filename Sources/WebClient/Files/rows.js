import { isSameDay } from "./times.js";

const GROUP_MS = 5 * 60_000;

/**
 * The lines of a timeline: events, then what is still being sent, with a heading for each day, one before the first
 * unread event, and one wherever events are missing. Pure.
 *
 * A row is {key, kind: "day"|"unread"|"gap"|"notice"|"message", at, event|message|gap, startsGroup, isMine, state}.
 */
export function rowsOf({ events, gaps, outgoing, me, unreadAfter }) {
  const rows = [];
  let [previous, day, nextGap] = [null, null, 0];
  let isUnreadMarked = unreadAfter === null;
  const heading = (row) => {
    rows.push(row);
    previous = null;
  };
  const markUnread = (seq) => {
    if (isUnreadMarked || !(seq > unreadAfter)) return;
    isUnreadMarked = true;
    heading({ key: "unread", kind: "unread" });
  };
  for (const entry of [...events.map((event) => stored(event, me)), ...outgoing.map((message) => unsent(message, me))]) {
    const gap = gaps[nextGap];
    if (gap && !(entry.event?.seq < gap.from)) {
      markUnread(gap.to);
      heading({ key: `gap ${gap.id}`, kind: "gap", gap });
      nextGap += 1;
    }
    if (day === null || !isSameDay(day, entry.at)) {
      day = entry.at;
      // What is unsent may be older than what is stored: a day can come twice.
      heading({ key: `day ${day.toDateString()}${entry.event ? "" : " unsent"}`, kind: "day", at: day });
    }
    markUnread(entry.event?.seq);
    rows.push({ ...entry, startsGroup: !continues(previous, entry) });
    previous = entry;
  }
  return rows.concat(gaps.slice(nextGap).map((gap) => ({ key: `gap ${gap.id}`, kind: "gap", gap })));
}

// The client id is the key of one's own message before and after it is stored, so that it stays the same line.
function stored(event, me) {
  const isMine = event.author.id === me.id;
  return {
    key: isMine && event.clientId ? event.clientId : keyOf(event),
    kind: event.kind === "message" ? "message" : "notice",
    at: new Date(event.at),
    author: event.author,
    event,
    isMine,
    state: "sent",
  };
}

// A seq alone says too little: after a restore of the database it may belong to another event.
function keyOf({ seq, author, clientId, at }) {
  return clientId ? `${author.id} ${clientId}` : `${seq} ${at}`;
}

function unsent(message, me) {
  return {
    key: message.clientId,
    kind: "message",
    at: new Date(message.createdAt),
    author: me,
    message,
    isMine: true,
    state: message.state,
  };
}

function continues(previous, entry) {
  return previous?.kind === "message" && entry.kind === "message"
    && previous.author.id === entry.author.id && entry.at - previous.at < GROUP_MS;
}
