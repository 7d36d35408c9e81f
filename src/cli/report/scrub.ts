/** Takes out of a text what no reader of a report may see. */
import { createHash } from "node:crypto";

/** Secrets and tokens of this program: 32 bytes in hexadecimal. So are SHA-256 fingerprints. */
const HEX = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gi;
/** Private keys (RFC 7468), also in JSON, where line ends are escaped. */
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** Values that follow the name of a credential. */
const CREDENTIAL =
  /\b(bearer|basic|password|passwd|token|secret)(["']?\s*[:= ]\s*["']?)([\w+/=~.-]{20,})/gi;
const MAC = /(?<![0-9a-f:])((?:[0-9a-f]{2}:){3})(?:[0-9a-f]{2}:){2}[0-9a-f]{2}(?![0-9a-f:])/gi;

/** Scrubs the texts of one report. */
export class Scrubber {
  #public: ReadonlySet<string>;
  #isAnonymous: boolean;
  #numbers = new Map<string, number>();

  /** `fingerprints` may be seen; with `isAnonymous` MAC addresses are shortened. */
  constructor(fingerprints: Iterable<string>, isAnonymous: boolean) {
    this.#public = new Set([...fingerprints].map((it) => it.toLowerCase()));
    this.#isAnonymous = isAnonymous;
  }

  /** Returns a text without secrets; equal ones stay recognizable as equal. */
  scrub(text: string): string {
    const clean = text
      .replace(KEY, "(private key removed)")
      .replace(HEX, (digits) => this.#public.has(digits.toLowerCase()) ? digits : hidden(digits))
      .replace(CREDENTIAL, (_, name, between, value) => `${name}${between}${hidden(value)}`);
    return this.#isAnonymous ? clean.replace(MAC, (mac, maker) => this.#short(mac, maker)) : clean;
  }

  /** The address's maker, and a number that stands for the rest throughout the report. */
  #short(mac: string, maker: string): string {
    const key = mac.toLowerCase();
    const number = this.#numbers.get(key) ?? this.#numbers.size + 1;
    this.#numbers.set(key, number);
    return `${maker}#${number}`;
  }
}

/** What was removed, by the first digits of its SHA-256. */
function hidden(value: string): string {
  return `(removed ${createHash("sha256").update(value.toLowerCase()).digest("hex").slice(0, 8)})`;
}
