/**
 * Access to the page without typing a token: a code in a link, which a browser exchanges once for a
 * token of its own. Kept in memory only.
 */
import { createHash } from "node:crypto";
import type { Role } from "./access.ts";

/** How long a code is valid, in milliseconds. */
export const CODE_LIFE = 5 * 60_000;
/** How long the token that it is exchanged for is valid, in milliseconds. */
export const TOKEN_LIFE = 12 * 3_600_000;
/** Maximum number of unused codes, and of tokens, of each role; its oldest goes first. */
export const MAX_GRANTS = 64;

const CODE_BYTES = 16;
const TOKEN_BYTES = 32;

/** What a code or a token permits, and until when (milliseconds of the clock). */
export interface Grant {
  readonly role: Role;
  readonly until: number;
}

/** The clock, monotonic in milliseconds, and the source of random bytes. */
export interface WebAccessOptions {
  now(): number;
  random(length: number): Uint8Array;
}

/** Codes and tokens of the page. */
export class WebAccess {
  #codes = new Grants();
  #tokens = new Grants();
  #now: () => number;
  #random: (length: number) => Uint8Array;

  constructor({ now, random }: WebAccessOptions) {
    this.#now = now;
    this.#random = random;
  }

  /** Makes a code: 32 hexadecimal digits. */
  makeCode(role: Role): string {
    const code = this.#random(CODE_BYTES).toHex();
    this.#codes.add(code, { role, until: this.#now() + CODE_LIFE });
    return code;
  }

  /** Exchanges a code for a token, 64 hexadecimal digits; undefined if it is not valid. */
  exchange(code: string): { token: string; role: Role } | undefined {
    const grant = this.#codes.take(code, this.#now());
    if (grant === undefined) return undefined;
    const token = this.#random(TOKEN_BYTES).toHex();
    this.#tokens.add(token, { role: grant.role, until: this.#now() + TOKEN_LIFE });
    return { token, role: grant.role };
  }

  /** Returns what a token permits; undefined if it is not one of these, or is too old. */
  roleOf(token: string): Role | undefined {
    return this.#tokens.find(token, this.#now())?.role;
  }
}

/** Grants by the hash of a secret, so that the time of a search says nothing about the secret. */
class Grants {
  /** Oldest first. */
  #byHash = new Map<string, Grant>();

  add(secret: string, grant: Grant): void {
    this.#byHash.set(hash(secret), grant);
    // By role, so that nobody who may only read ends the access of others.
    const same = [...this.#byHash].filter(([, { role }]) => role === grant.role);
    if (same.length > MAX_GRANTS) this.#byHash.delete(same[0][0]);
  }

  find(secret: string, now: number): Grant | undefined {
    const grant = this.#byHash.get(hash(secret));
    return grant === undefined || now >= grant.until ? undefined : grant;
  }

  take(secret: string, now: number): Grant | undefined {
    const grant = this.find(secret, now);
    this.#byHash.delete(hash(secret));
    return grant;
  }
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}
