/** Keys of QUIC packets with AES-128-GCM (RFC 9001 section 5), and HKDF of TLS 1.3. */
import { createCipheriv, createHmac } from "node:crypto";

/** Length of the authentication tag, and of the sample for header protection, in bytes. */
export const TAG_BYTES = 16;
export const SAMPLE_BYTES = 16;

/** Salt of the initial secret (RFC 9001 section 5.2). */
const SALT = Uint8Array.fromHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

/** Keys of one direction. */
export interface PacketKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly hp: Uint8Array;
}

/** HMAC-SHA-256, which is also HKDF-Extract. */
export function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(bytes).digest());
}

/** HKDF-Expand-Label (RFC 8446 section 7.1), for one block of output. */
export function expand(
  secret: Uint8Array,
  label: string,
  length: number,
  context: Uint8Array = new Uint8Array(),
): Uint8Array {
  const name = new TextEncoder().encode(`tls13 ${label}`);
  const info = Uint8Array.of(0, length, name.length, ...name, context.length, ...context, 1);
  return hmac(secret, info).subarray(0, length);
}

/** The keys that follow from a traffic secret. */
export function keysOf(secret: Uint8Array): PacketKeys {
  return {
    key: expand(secret, "quic key", 16),
    iv: expand(secret, "quic iv", 12),
    hp: expand(secret, "quic hp", 16),
  };
}

/** The keys of Initial packets to the destination id of a client's first packet. */
export function initialKeys(
  destination: Uint8Array,
  from: "client" | "server" = "client",
): PacketKeys {
  return keysOf(expand(hmac(SALT, destination), `${from} in`, 32));
}

/** The nonce of a packet. */
export function nonce({ iv }: PacketKeys, packetNumber: Uint8Array): Uint8Array {
  const out = iv.slice();
  packetNumber.forEach((byte, i) => out[out.length - packetNumber.length + i] ^= byte);
  return out;
}

/** The mask of header protection. */
export function mask({ hp }: PacketKeys, sample: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv("aes-128-ecb", hp, null).update(sample));
}
