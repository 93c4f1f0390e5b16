import { errorCorrection } from "./reedsolomon.js";

const LARGEST_VERSION = 10;
// Of each version at error correction level M, which survives the loss of 15 %.
const CORRECTION_PER_BLOCK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const FINDER_LIKE = [1, 0, 1, 1, 1, 0, 1];
const QUIET = [0, 0, 0, 0];

/**
 * The QR code of a text, as rows of 0 (light) and 1 (dark), without the quiet zone around it; null if the text has more
 * than 213 bytes. ISO/IEC 18004: byte mode, level M, the smallest of the versions 1 to 10, the mask of the least penalty.
 */
export function qrCode(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = versionFor(bytes.length);
  if (version === null) return null;
  const bits = interleaved(codewords(bytes, version), version).flatMap((byte) => bitsOf(byte, 8));
  const candidates = MASKS.map((_, mask) => drawn(bits, version, mask));
  const penalties = candidates.map(penalty);
  return candidates[penalties.indexOf(Math.min(...penalties))];
}

function versionFor(length) {
  for (let version = 1; version <= LARGEST_VERSION; version++) {
    if (4 + lengthBits(version) + 8 * length <= 8 * dataCapacity(version)) return version;
  }
  return null;
}

function lengthBits(version) {
  return version < 10 ? 8 : 16;
}

function sizeOf(version) {
  return 17 + 4 * version;
}

// In bytes, with those for error correction. What is left after whole bytes stays light.
function capacity(version) {
  return Math.floor(new Canvas(version).free / 8);
}

function dataCapacity(version) {
  return capacity(version) - CORRECTION_PER_BLOCK[version - 1] * BLOCKS[version - 1];
}

function bitsOf(number, count) {
  return Array.from({ length: count }, (_, index) => (number >> (count - 1 - index)) & 1);
}

// Mode and length have four bits more than whole bytes, so that the terminator fills the last byte.
function codewords(bytes, version) {
  const bits = [0, 1, 0, 0, ...bitsOf(bytes.length, lengthBits(version)), ...bytes.flatMap((byte) => bitsOf(byte, 8)), 0, 0, 0, 0];
  const words = [];
  for (let at = 0; at < bits.length; at += 8) words.push(bits.slice(at, at + 8).reduce((word, bit) => 2 * word + bit, 0));
  for (let filler = 0xec; words.length < dataCapacity(version); filler ^= 0xec ^ 0x11) words.push(filler);
  return words;
}

// The blocks' first bytes, then their second ones, and so on: a stain hurts every block a little.
function interleaved(words, version) {
  const count = BLOCKS[version - 1];
  const short = Math.floor(words.length / count);
  const longs = words.length % count;
  const blocks = [];
  for (let index = 0, at = 0; index < count; index++) {
    const length = short + (index < count - longs ? 0 : 1);
    blocks.push(words.slice(at, at += length));
  }
  const corrections = blocks.map((block) => errorCorrection(block, CORRECTION_PER_BLOCK[version - 1]));
  return [...columns(blocks), ...columns(corrections)];
}

function columns(blocks) {
  const longest = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: longest }, (_, index) => blocks.map((block) => block[index])).flat().filter((word) => word !== undefined);
}

function drawn(bits, version, mask) {
  const canvas = new Canvas(version);
  canvas.drawData(bits, MASKS[mask]);
  canvas.drawFormat(mask);
  return canvas.rows;
}

/** The modules of one code. What has a fixed place is drawn first, and data goes where nothing is. */
class Canvas {
  rows;
  #size;

  constructor(version) {
    this.#size = sizeOf(version);
    this.rows = Array.from({ length: this.#size }, () => Array(this.#size).fill(null));
    this.#drawFinders();
    this.#drawAlignments(version);
    this.#drawTimings();
    this.drawFormat(0);
    if (version >= 7) this.#drawVersion(version);
  }

  /** How many modules are left for data. */
  get free() {
    return this.rows.flat().filter((module) => module === null).length;
  }

  /** Fills what is free, in columns of two from the right, upwards and downwards in turn. */
  drawData(bits, mask) {
    let at = 0;
    for (let right = this.#size - 1, isUpward = true; right > 0; right -= 2, isUpward = !isUpward) {
      // The column of the timing pattern is left out.
      if (right === 6) right = 5;
      for (let step = 0; step < this.#size; step++) {
        const y = isUpward ? this.#size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.rows[y][x] === null) this.rows[y][x] = (bits[at++] ?? 0) ^ (mask(x, y) === 0 ? 1 : 0);
        }
      }
    }
  }

  /** Level M and the mask, twice, protected by a BCH code. */
  drawFormat(mask) {
    const format = ((mask << 10) | remainder(mask << 10, 0x537)) ^ 0x5412;
    const last = this.#size - 1;
    for (let bit = 0; bit < 15; bit++) {
      const value = (format >> bit) & 1;
      // Both copies step over the timing patterns.
      if (bit < 8) this.rows[bit < 6 ? bit : bit + 1][8] = this.rows[8][last - bit] = value;
      else this.rows[8][bit === 8 ? 7 : 14 - bit] = this.rows[last - 14 + bit][8] = value;
    }
    this.rows[last - 7][8] = 1;
  }

  #drawVersion(version) {
    const bits = (version << 12) | remainder(version << 12, 0x1f25);
    for (let bit = 0; bit < 18; bit++) {
      const near = Math.floor(bit / 3);
      const far = this.#size - 11 + (bit % 3);
      this.rows[near][far] = this.rows[far][near] = (bits >> bit) & 1;
    }
  }

  #drawFinders() {
    const far = this.#size - 4;
    for (const [x, y] of [[3, 3], [far, 3], [3, far]]) this.#drawSquare(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  }

  #drawAlignments(version) {
    const last = this.#size - 7;
    const middle = version >= 7 ? [(6 + last) / 2] : [];
    const centres = version >= 2 ? [6, ...middle, last] : [];
    for (const y of centres) {
      for (const x of centres) if (this.rows[y][x] === null) this.#drawSquare(x, y, 2, (ring) => ring !== 1);
    }
  }

  // Rings around a centre; what would be outside is left out.
  #drawSquare(centreX, centreY, radius, isDark) {
    for (let y = centreY - radius; y <= centreY + radius; y++) {
      for (let x = centreX - radius; x <= centreX + radius; x++) {
        const ring = Math.max(Math.abs(x - centreX), Math.abs(y - centreY));
        if (this.rows[y]?.[x] !== undefined) this.rows[y][x] = isDark(ring) ? 1 : 0;
      }
    }
  }

  #drawTimings() {
    for (let at = 8; at < this.#size - 8; at++) this.rows[6][at] = this.rows[at][6] = (at + 1) % 2;
  }
}

// Of a division of polynomials over GF(2).
function remainder(value, generator) {
  const degree = 31 - Math.clz32(generator);
  let rest = value;
  while (rest >> degree) rest ^= generator << (31 - Math.clz32(rest) - degree);
  return rest;
}

// How much a reader could be misled.
function penalty(rows) {
  const lines = [...rows, ...rows[0].map((_, x) => rows.map((row) => row[x]))];
  return sum(lines.map((line) => runs(line) + finderLikes(line))) + squares(rows) + imbalance(rows);
}

function runs(line) {
  let points = 0;
  for (let at = 0, begin = 0; at <= line.length; at++) {
    if (at < line.length && line[at] === line[begin]) continue;
    if (at - begin >= 5) points += at - begin - 2;
    begin = at;
  }
  return points;
}

// The quiet zone around the code counts as light.
function finderLikes(line) {
  const padded = [...QUIET, ...line, ...QUIET];
  const patterns = [[...FINDER_LIKE, ...QUIET], [...QUIET, ...FINDER_LIKE]];
  const isAt = (begin, pattern) => pattern.every((module, index) => padded[begin + index] === module);
  return 40 * sum(padded.map((_, begin) => patterns.filter((pattern) => isAt(begin, pattern)).length));
}

function squares(rows) {
  const isSquare = (x, y) => rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y - 1][x - 1];
  return 3 * sum(rows.map((row, y) => row.filter((_, x) => x > 0 && y > 0 && isSquare(x, y)).length));
}

function imbalance(rows) {
  const share = (100 * sum(rows.flat())) / rows.length ** 2;
  return 10 * Math.floor(Math.abs(share - 50) / 5);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
