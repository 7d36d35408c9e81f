import { timingSafeEqual } from "node:crypto";
import { Hmac } from "../../hmac.ts";

const HANDLE_BYTES = 8;
/** Length of the last part of a handle, which may hide a number. */
const NUMBER_BYTES = 2;
const NONCE_BYTES = HANDLE_BYTES - NUMBER_BYTES;
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
 * it replaces, under `tokenHandle`. A token may hide a number of two bytes instead of two of the
 * random ones.
 */
export class TokenSigner {
  #hmac: Hmac;
  #random: (length: number) => Uint8Array;

  /** `random` returns this many random bytes. */
  constructor(random: (length: number) => Uint8Array) {
    this.#hmac = new Hmac(random(32));
    this.#random = random;
  }

  /** Creates a token bound to `binding`, which hides `number`, if given (0 to 65,535). */
  signer(binding: string, number?: number): Uint8Array {
    const token = new Uint8Array(TOKEN_BYTES);
    token.set(this.#random(HANDLE_BYTES));
    if (number !== undefined) {
      new DataView(token.buffer).setUint16(NONCE_BYTES, number ^ this.#mask(token));
    }
    token.set(this.#seal(token, binding), HANDLE_BYTES);
    return token;
  }

  /** Whether `token` was created here for `binding`. */
  verify(token: Uint8Array, binding: string): boolean {
    return token.length === TOKEN_BYTES &&
      timingSafeEqual(this.#seal(token, binding), token.subarray(HANDLE_BYTES));
  }

  /** Returns the number that a valid token hides; meaningless if it hides none. */
  number(token: Uint8Array): number {
    return (token[NONCE_BYTES] << 8 | token[NONCE_BYTES + 1]) ^ this.#mask(token);
  }

  /** Two bytes that depend on the nonce; its length distinguishes this message from a seal's. */
  #mask(token: Uint8Array): number {
    const digest = this.#hmac.digest(token.subarray(0, NONCE_BYTES));
    return digest[0] << 8 | digest[1];
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
