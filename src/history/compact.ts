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

/** Returns the code of an amount; NaN is a missing value, and less than 2^-16 counts as 0. */
export function encodeAmount(amount: number): number {
  if (Number.isNaN(amount)) return MISSING;
  if (amount < 2 ** LEAST) return 0;
  const exponent = Math.floor(Math.log2(amount));
  if (exponent > MOST) return LARGEST;
  // A mantissa that is rounded up to 2 carries into the exponent.
  const mantissa = Math.round((amount / 2 ** exponent - 1) * MANTISSA);
  return Math.min(LARGEST, 1 + (exponent - LEAST) * MANTISSA + mantissa);
}

/** Returns the amount of a code. */
export function decodeAmount(code: number): number {
  if (code === MISSING) return NaN;
  if (code === 0) return 0;
  const exponent = LEAST + ((code - 1) >> MANTISSA_BITS);
  return (1 + ((code - 1) & (MANTISSA - 1)) / MANTISSA) * 2 ** exponent;
}
