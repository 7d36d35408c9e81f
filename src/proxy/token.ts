import { createHmac, timingSafeEqual } from "node:crypto";

const HANDLE_BYTES = 8;
const MAC_BYTES = 8;
/** Bytes of a token: small enough for every peer, far below RFC 3817 section 2.3's 255. */
export const TOKEN_BYTES = HANDLE_BYTES + MAC_BYTES;

/**
 * Makes and checks the tokens that stand in for Host-Uniq (towards the AC) and AC-Cookie (towards
 * the customer): 8 random bytes and 8 bytes of HMAC-SHA-256 over them and what they are bound to,
 * under a key that only this process knows. A token says nothing and cannot be made up; what it
 * stands for is kept by the caller, under `tokenHandle`.
 */
export class TokenMint {
  #key: Uint8Array;
  #random: (length: number) => Uint8Array;

  /** `random` returns that many random bytes. */
  constructor(random: (length: number) => Uint8Array) {
    this.#key = random(32);
    this.#random = random;
  }

  /** A fresh token bound to `binding`. */
  mint(binding: string): Uint8Array {
    const token = new Uint8Array(TOKEN_BYTES);
    token.set(this.#random(HANDLE_BYTES));
    token.set(this.#seal(token, binding), HANDLE_BYTES);
    return token;
  }

  /** Whether `token` was made here for `binding`. */
  verify(token: Uint8Array, binding: string): boolean {
    return token.length === TOKEN_BYTES &&
      timingSafeEqual(this.#seal(token, binding), token.subarray(HANDLE_BYTES));
  }

  #seal(token: Uint8Array, binding: string): Uint8Array {
    const hmac = createHmac("sha256", this.#key);
    hmac.update(token.subarray(0, HANDLE_BYTES)).update(binding);
    return hmac.digest().subarray(0, MAC_BYTES);
  }
}

/** The part of a token that finds what it stands for; undefined for what cannot be a token. */
export function tokenHandle(token: Uint8Array): string | undefined {
  return token.length === TOKEN_BYTES ? hex(token.subarray(0, HANDLE_BYTES)) : undefined;
}

/** Lower-case hex without separators. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
