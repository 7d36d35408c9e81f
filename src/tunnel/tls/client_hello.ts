/** Parses a TLS ClientHello (RFC 8446 section 4.1.2) before it is answered. Pure. */
import { firstMessage } from "./first_message.ts";

/** The offers of a client. */
export interface ClientHello {
  /** Whether TLS 1.3 is among the versions; a server that supports it then chooses it. */
  tls13: boolean;
  /** ALPN names (RFC 7301), in the client's order. */
  protocols: string[];
}

/** Maximum length of a hello with its record headers, in bytes; real ones have 200 to 2,000. */
export const MAX_CLIENT_HELLO = 8 * 1024;

/** Maximum number of ALPN names; real clients offer one to five. */
const MAX_PROTOCOLS = 16;

const CLIENT_HELLO = 1;
/** legacy_version and random. */
const FIXED = 2 + 32;
const EXTENSION_ALPN = 16;
const EXTENSION_SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

/**
 * Parses the hello in a connection's first bytes. Returns "incomplete" while more bytes could
 * complete it, "malformed" if none can. The hello may be split over several records.
 */
export function readClientHello(bytes: Uint8Array): ClientHello | "incomplete" | "malformed" {
  const body = firstMessage(bytes, CLIENT_HELLO, MAX_CLIENT_HELLO);
  return typeof body === "string" ? body : readBody(new Reader(body)) ?? "malformed";
}

function readBody(body: Reader): ClientHello | undefined {
  body.skip(FIXED);
  body.vector(1); // legacy_session_id
  body.vector(2); // cipher_suites
  body.vector(1); // legacy_compression_methods
  const extensions = body.vector(2);
  if (body.failed || body.left > 0) return undefined;
  const hello: ClientHello = { tls13: false, protocols: [] };
  while (extensions.left > 0) {
    const type = extensions.uint(2);
    const content = extensions.vector(2);
    if (type === EXTENSION_SUPPORTED_VERSIONS) {
      const versions = content.vector(1);
      while (versions.left > 0) if (versions.uint(2) === TLS_1_3) hello.tls13 = true;
      if (versions.failed || content.failed) return undefined;
    } else if (type === EXTENSION_ALPN) {
      const names = content.vector(2);
      while (names.left > 0) {
        const name = names.vector(1);
        // RFC 7301 section 3.1: a name must not be empty.
        if (name.left === 0 || hello.protocols.length === MAX_PROTOCOLS) return undefined;
        hello.protocols.push(name.text());
      }
      if (names.failed || content.failed) return undefined;
    }
    if (extensions.failed) return undefined;
  }
  return hello;
}

const LATIN1 = new TextDecoder("latin1");

/** Reads numbers and vectors in sequence. A missing byte sets `failed` and ends the reading. */
class Reader {
  failed = false;
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.failed ? 0 : this.#bytes.length - this.#at;
  }

  skip(count: number): void {
    this.#take(count);
  }

  uint(size: number): number {
    let number = 0;
    const bytes = this.#take(size);
    for (let at = 0; at < bytes.length; at++) number = number * 256 + bytes[at];
    return number;
  }

  /** Reads a vector after its length, which has `size` bytes (RFC 8446 section 3.4). */
  vector(size: number): Reader {
    return new Reader(this.#take(this.uint(size)));
  }

  text(): string {
    return LATIN1.decode(this.#bytes);
  }

  #take(count: number): Uint8Array {
    if (this.failed || count > this.#bytes.length - this.#at) {
      this.failed = true;
      return new Uint8Array(0);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
