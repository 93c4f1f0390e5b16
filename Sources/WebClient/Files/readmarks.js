/** Up to which seq this account has read each room, on this device. */
export class ReadMarks {
  #storage;
  #key;
  #marks = Object.create(null);
  #epoch = null;

  constructor({ accountID, storage }) {
    this.#storage = storage;
    this.#key = `denwa.read.${accountID}`;
  }

  /** Takes the marks of this database; those of another one mean nothing. */
  load(epoch) {
    if (epoch === this.#epoch) return;
    const stored = JSON.parse(this.#storage.getItem(this.#key) ?? "{}");
    this.#epoch = epoch;
    this.#marks = Object.assign(Object.create(null), stored.epoch === epoch ? stored.marks : {});
  }

  /** The last read seq; a room never seen before starts as read up to its `head`. */
  get(room, head) {
    if (!(room in this.#marks)) this.advance(room, head);
    return this.#marks[room];
  }

  /** Moves forward only. */
  advance(room, seq) {
    if ((this.#marks[room] ?? -1) >= seq) return false;
    this.#marks[room] = seq;
    this.#storage.setItem(this.#key, JSON.stringify({ epoch: this.#epoch, marks: this.#marks }));
    return true;
  }

  /** Forgets everything, on this device too. */
  clear() {
    this.#storage.removeItem(this.#key);
  }
}
