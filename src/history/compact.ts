/**
 * Amounts in 16 bits: a floating-point number with 6 bits of exponent and 10 of mantissa, so the
 * error is at most 0.05 %, and whole numbers up to 2,048 are exact.
 */

/** Code of a missing value. */
export const MISSING = 0xffff;

const MANTISSA_BITS = 10;
const MANTISSA = 1 << MANTISSA_BITS;
/** Exponents of the smallest and the largest amounts. */
const LEAST = -16;
const MOST = 46;
const LARGEST = 1 + (MOST - LEAST) * MANTISSA + MANTISSA - 1;

/** Of a number with 32 bits (IEEE 754 binary32). */
const EXPONENT_BIAS = 127;
const DROPPED_BITS = 23 - MANTISSA_BITS;
const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** Returns the code of an amount; NaN is a missing value, and less than 2^-16 counts as 0. */
export function encodeAmount(amount: number): number {
  if (Number.isNaN(amount)) return MISSING;
  if (amount < 2 ** LEAST) return 0;
  number[0] = amount;
  // A mantissa that is rounded up carries into the exponent.
  const rounded = (bits[0] + (1 << (DROPPED_BITS - 1))) >>> DROPPED_BITS;
  return Math.min(LARGEST, 1 + rounded - ((LEAST + EXPONENT_BIAS) << MANTISSA_BITS));
}

/** Returns the amount of a code. */
export function decodeAmount(code: number): number {
  if (code === MISSING) return NaN;
  if (code === 0) return 0;
  const exponent = LEAST + ((code - 1) >> MANTISSA_BITS);
  return (1 + ((code - 1) & (MANTISSA - 1)) / MANTISSA) * 2 ** exponent;
}
