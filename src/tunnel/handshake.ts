/**
 * The mutual challenge-response inside TLS (docs/protocol.md, "Handshake"). Pure: messages and
 * proofs, no connection.
 *
 *     client                                       server
 *       │ hello {version, features, nonce, name}     │
 *       │───────────────────────────────────────────▶│
 *       │ challenge {version, features, nonce, pin}  │
 *       │◀───────────────────────────────────────────│
 *       │ proof {HMAC(secret, "client", all above)}  │
 *       │───────────────────────────────────────────▶│
 *       │ accept {HMAC(secret, "server", all above)} │   or close {reason}
 *       │◀───────────────────────────────────────────│
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Version of the wire format; both ends must use the same. */
export const PROTOCOL_VERSION = 1;
/** ALPN name (RFC 7301). */
export const ALPN = "pppoe-proxy/1";
/** Lengths of a nonce, a proof and a certificate's SHA-256, in bytes. */
export const NONCE_BYTES = 32;
export const PROOF_BYTES = 32;
const FINGERPRINT_BYTES = 32;
/** Maximum secrets per client, which has more than one while it changes from one to another. */
export const MAX_SECRETS = 4;
/** Maximum length of a client name, in UTF-8 bytes. */
export const MAX_NAME_BYTES = 64;

/** Feature bit of a hello and a challenge: its sender reads packets (docs/protocol.md). */
export const FEATURE_PACKETS = 0x1;
/** Length of a client process's random identifier, in bytes. */
export const INSTANCE_BYTES = 16;
/**
 * Feature bit of a hello: its nonce begins with the client process's identifier, the same in all
 * its hellos, and the rest is fresh. A server that knows it sets the bit in its challenge.
 */
export const FEATURE_INSTANCE = 0x2;

/** Feature bit of a hello and a challenge: its sender reads the record "ended". */
export const FEATURE_ENDED = 0x4;

const HELLO_FIXED = 1 + 4 + NONCE_BYTES + 1;
const CHALLENGE_BYTES = 1 + 4 + NONCE_BYTES + FINGERPRINT_BYTES;

/** The first message, client to server. */
export interface Hello {
  version: number;
  /** Bit set of optional features; unknown bits are ignored. */
  features: number;
  /** 32 random bytes, at least 16 of them fresh. */
  nonce: Uint8Array;
  /** The client's name in the server's configuration. */
  name: string;
}

/** The answer to a hello, server to client. */
export interface Challenge {
  version: number;
  features: number;
  /** 32 fresh random bytes. */
  nonce: Uint8Array;
  /** SHA-256 of the server's certificate (DER). */
  fingerprint: Uint8Array;
}

/** Encodes a hello. Throws RangeError if the name is empty or longer than 64 bytes. */
export function encodeHello(hello: Hello): Uint8Array {
  const name = new TextEncoder().encode(hello.name);
  if (name.length === 0 || name.length > MAX_NAME_BYTES) {
    throw new RangeError(`Cannot send the name "${hello.name}": use a name of 1 to 64 bytes`);
  }
  const out = new Uint8Array(HELLO_FIXED + name.length);
  out[0] = hello.version;
  new DataView(out.buffer).setUint32(1, hello.features);
  out.set(hello.nonce, 5);
  out[HELLO_FIXED - 1] = name.length;
  out.set(name, HELLO_FIXED);
  return out;
}

/** A byte order mark is part of a name: each name has only one spelling. */
const NAME = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes a hello; undefined if it is malformed. */
export function decodeHello(body: Uint8Array): Hello | undefined {
  if (body.length < HELLO_FIXED + 1) return undefined;
  const length = body[HELLO_FIXED - 1];
  if (length > MAX_NAME_BYTES || body.length !== HELLO_FIXED + length) return undefined;
  try {
    return {
      version: body[0],
      features: new DataView(body.buffer, body.byteOffset).getUint32(1),
      nonce: body.slice(5, 5 + NONCE_BYTES),
      name: NAME.decode(body.subarray(HELLO_FIXED)),
    };
  } catch {
    return undefined; // not UTF-8
  }
}

/** The identifier of the client process that sent a hello, in hexadecimal, if it has one. */
export function instanceOf({ features, nonce }: Hello): string | undefined {
  if ((features & FEATURE_INSTANCE) === 0) return undefined;
  return nonce.subarray(0, INSTANCE_BYTES).toHex();
}

/** Encodes a challenge. */
export function encodeChallenge(challenge: Challenge): Uint8Array {
  const out = new Uint8Array(CHALLENGE_BYTES);
  out[0] = challenge.version;
  new DataView(out.buffer).setUint32(1, challenge.features);
  out.set(challenge.nonce, 5);
  out.set(challenge.fingerprint, 5 + NONCE_BYTES);
  return out;
}

/** Decodes a challenge; undefined if it is malformed. */
export function decodeChallenge(body: Uint8Array): Challenge | undefined {
  if (body.length !== CHALLENGE_BYTES) return undefined;
  return {
    version: body[0],
    features: new DataView(body.buffer, body.byteOffset).getUint32(1),
    nonce: body.slice(5, 5 + NONCE_BYTES),
    fingerprint: body.slice(5 + NONCE_BYTES),
  };
}

/**
 * Computes a side's proof that it knows the secret: HMAC-SHA-256 over its role and both messages,
 * which contain versions, features, both nonces, the client's name and the certificate's
 * fingerprint.
 */
export function prove(
  secret: Uint8Array,
  role: "client" | "server",
  hello: Uint8Array,
  challenge: Uint8Array,
): Uint8Array {
  const hmac = createHmac("sha256", secret).update(`${ALPN} ${role}\0`);
  return new Uint8Array(hmac.update(hello).update(challenge).digest());
}

/** Whether two proofs are equal, in a time that does not reveal where they differ. */
export function sameProof(expected: Uint8Array, given: Uint8Array): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}
