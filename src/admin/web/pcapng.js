// @ts-check
/** Where the blocks of a pcapng stream end. Pure. */

/** Type and length, in bytes (draft-ietf-opsawg-pcapng section 3.1). */
const HEAD = 8;
/** Least length of a block: its head, and its length again. */
const LEAST = 12;

/** Follows a stream that may be split anywhere; the daemon writes it in little-endian order. */
export class Blocks {
  /** Bytes of the whole blocks so far: a capture that is cut there is a valid file. */
  whole = 0;
  #taken = 0;
  #head = new DataView(new ArrayBuffer(HEAD));
  #headTaken = 0;
  /** Bytes that the current block still needs. */
  #left = 0;

  /** @param {Uint8Array} bytes The next ones. */
  take(bytes) {
    for (let at = 0; at < bytes.length;) {
      if (this.#headTaken < HEAD) {
        this.#head.setUint8(this.#headTaken++, bytes[at++]);
        if (this.#headTaken === HEAD) {
          this.#left = Math.max(LEAST, this.#head.getUint32(4, true)) - HEAD;
        }
        continue;
      }
      const part = Math.min(this.#left, bytes.length - at);
      at += part;
      this.#left -= part;
      if (this.#left > 0) continue;
      this.whole = this.#taken + at;
      this.#headTaken = 0;
    }
    this.#taken += bytes.length;
  }
}
