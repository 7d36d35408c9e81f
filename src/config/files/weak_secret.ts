/** Minimum number of distinct bytes: fewer occur in one of 3 × 10¹³ random secrets. */
const MIN_DIFFERENT = 17;

/**
 * Why 32 bytes were certainly not drawn at random, in a text that does not reveal them; else
 * undefined. Each rule refuses fewer than one in 10¹³ random secrets.
 */
export function weakness(secret: Uint8Array): string | undefined {
  if (new Set(secret).size < MIN_DIFFERENT) return "its bytes repeat";
  const step = secret[1] - secret[0] & 0xff;
  const isCount = secret.every((byte, at) => at === 0 || (byte - secret[at - 1] & 0xff) === step);
  if (isCount) return "its bytes count up or down";
  if (secret.every((byte) => byte >= 0x20 && byte < 0x7f)) return "it is text in hexadecimal";
  return undefined;
}
