/**
 * Returns a generator of numbers in [0, 1), seeded with 32 random bits; not for secrets
 * (xorshift32).
 */
export function seededRandom(randomBytes: (length: number) => Uint8Array): () => number {
  let state = new DataView(randomBytes(4).slice().buffer).getUint32(0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
