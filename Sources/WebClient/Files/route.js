const PATTERN = /^#\/rooms\/([a-z0-9][a-z0-9-]{0,63})$/;

/** The address of a room in this page. */
export function addressOf(room) {
  return `#/rooms/${room}`;
}

/** The address of the list of rooms. */
export const listAddress = "#/rooms";

/** The room an address names, or null. */
export function roomIn(hash) {
  return PATTERN.exec(hash)?.[1] ?? null;
}
