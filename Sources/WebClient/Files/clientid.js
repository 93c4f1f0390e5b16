/** A new idempotency key: 128 random bits in hexadecimal. */
export function newClientID() {
  // crypto.randomUUID exists only in secure contexts, and plain HTTP in a home network is none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
