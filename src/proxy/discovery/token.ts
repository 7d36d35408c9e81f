import { timingSafeEqual } from "node:crypto";
import { Hmac } from "../../hmac.ts";

const HANDLE_BYTES = 8;
const MAC_BYTES = 8;
/**
 * Length of a token, in bytes: small enough for every host, far below RFC 3817 section 2.3's 255.
 */
const TOKEN_BYTES = HANDLE_BYTES + MAC_BYTES;
const encoder = new TextEncoder();

/**
 * Creates and verifies the tokens that replace Host-Uniq (towards the AC) and AC-Cookie (towards
 * the customer): 8 random bytes, and 8 bytes of HMAC-SHA-256 over them and the binding, with a key
 * that only this process knows. A token reveals nothing and cannot be forged; the caller keeps what
 * it replaces, under `tokenHandle`.
 */
export class TokenSigner {
  #hmac: Hmac;
  #random: (length: number) => Uint8Array;

  /** `random` returns this many random bytes. */
  constructor(random: (length: number) => Uint8Array) {
    this.#hmac = new Hmac(random(32));
    this.#random = random;
  }

  /** Creates a token bound to `binding`. */
  signer(binding: string): Uint8Array {
    const token = new Uint8Array(TOKEN_BYTES);
    token.set(this.#random(HANDLE_BYTES));
    token.set(this.#seal(token, binding), HANDLE_BYTES);
    return token;
  }

  /** Whether `token` was created here for `binding`. */
  verify(token: Uint8Array, binding: string): boolean {
    return token.length === TOKEN_BYTES &&
      timingSafeEqual(this.#seal(token, binding), token.subarray(HANDLE_BYTES));
  }

  #seal(token: Uint8Array, binding: string): Uint8Array {
    const bound = encoder.encode(binding);
    const message = new Uint8Array(HANDLE_BYTES + bound.length);
    message.set(token.subarray(0, HANDLE_BYTES));
    message.set(bound, HANDLE_BYTES);
    return this.#hmac.digest(message).subarray(0, MAC_BYTES);
  }
}

/** Returns the part of a token that serves as its key; undefined if it cannot be a token. */
export function tokenHandle(token: Uint8Array): string | undefined {
  return token.length === TOKEN_BYTES ? token.subarray(0, HANDLE_BYTES).toHex() : undefined;
}
