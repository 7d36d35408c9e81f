/** Of 32 random bytes, fewer than this many are different once in 3 × 10¹³. */
const MIN_DIFFERENT = 17;

/**
 * Why 32 bytes were surely not drawn at random, in words that never show them; else undefined. Each
 * rule refuses fewer than one random secret in 10¹³.
 */
export function weakness(secret: Uint8Array): string | undefined {
  if (new Set(secret).size < MIN_DIFFERENT) return "its bytes repeat";
  const step = secret[1] - secret[0] & 0xff;
  const isCount = secret.every((byte, at) => at === 0 || (byte - secret[at - 1] & 0xff) === step);
  if (isCount) return "its bytes count up or down";
  if (secret.every((byte) => byte >= 0x20 && byte < 0x7f)) return "it is text in hexadecimal";
  return undefined;
}
