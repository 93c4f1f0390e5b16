import { isSameDay } from "./times.js";

const GROUP_MS = 5 * 60_000;

/**
 * The lines of a timeline: events, then what is still being sent, with a heading for each day and one before
 * the first unread event. Pure.
 *
 * A row is {key, kind: "day"|"unread"|"notice"|"message", at, event|message, startsGroup, isMine, state}.
 */
export function rowsOf({ events, outgoing, me, unreadAfter }) {
  const rows = [];
  let previous = null;
  let isUnreadMarked = unreadAfter === null;
  for (const entry of [...events.map((event) => stored(event, me)), ...outgoing.map((message) => unsent(message, me))]) {
    if (previous === null || !isSameDay(previous.at, entry.at)) {
      rows.push({ key: `day ${entry.at.toDateString()}`, kind: "day", at: entry.at });
      previous = null;
    }
    if (!isUnreadMarked && entry.event?.seq > unreadAfter) {
      rows.push({ key: "unread", kind: "unread" });
      isUnreadMarked = true;
      previous = null;
    }
    rows.push({ ...entry, startsGroup: !continues(previous, entry) });
    previous = entry;
  }
  return rows;
}

// The client id is the key of one's own message before and after it is stored, so that it stays the same line.
function stored(event, me) {
  const isMine = event.author.id === me.id;
  return {
    key: isMine && event.clientId ? event.clientId : `seq ${event.seq}`,
    kind: event.kind === "message" ? "message" : "notice",
    at: new Date(event.at),
    author: event.author,
    event,
    isMine,
    state: "sent",
  };
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
