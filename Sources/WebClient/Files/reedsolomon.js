// GF(256) as QR codes use it: modulo x⁸+x⁴+x³+x²+1, where 2 generates all elements but 0.
const EXPONENTIALS = [];
const LOGARITHMS = [];
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  EXPONENTIALS[exponent] = value;
  LOGARITHMS[value] = exponent;
  value = value < 128 ? 2 * value : (2 * value) ^ 0x11d;
}

/** The bytes that are sent along with `data` so that `count` / 2 wrong ones can be mended. */
export function errorCorrection(data, count) {
  const factors = generator(count);
  let rest = Array(count).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest[0];
    rest = [...rest.slice(1), 0].map((value, index) => value ^ product(factors[index], factor));
  }
  return rest;
}

// (x - 2⁰)(x - 2¹)…, without the leading 1.
function generator(degree) {
  let factors = [1];
  for (let exponent = 0; exponent < degree; exponent++) {
    const shifted = [...factors, 0];
    factors = shifted.map((factor, index) => factor ^ product(factors[index - 1] ?? 0, EXPONENTIALS[exponent]));
  }
  return factors.slice(1);
}

function product(one, other) {
  return one && other ? EXPONENTIALS[(LOGARITHMS[one] + LOGARITHMS[other]) % 255] : 0;
}
