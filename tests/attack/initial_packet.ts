/** Initial packets of QUIC connections, sealed as by a client (RFC 9001 section 5). */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { ALPN } from "../../src/tunnel/handshake.ts";

/** Salt of the initial secret (RFC 9001 section 5.2). */
const SALT = Uint8Array.fromHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
const TAG_BYTES = 16;
const SAMPLE_BYTES = 16;

/** Keys of a client's Initial packets. */
interface Keys {
  key: Uint8Array;
  iv: Uint8Array;
  hp: Uint8Array;
}

/** A decrypted Initial packet that can be sealed again with other connection ids. */
export interface OpenedInitial {
  /** The header up to the packet number, without header protection. */
  header: Uint8Array;
  packetNumber: Uint8Array;
  plain: Uint8Array;
}

function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(bytes).digest());
}

/** HKDF-Expand-Label (RFC 8446 section 7.1), for one block of output. */
function expand(secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = new TextEncoder().encode(`tls13 ${label}`);
  const info = Uint8Array.of(0, length, name.length, ...name, 0, 1);
  return hmac(secret, info).subarray(0, length);
}

function keysOf(destination: Uint8Array): Keys {
  const client = expand(hmac(SALT, destination), "client in", 32);
  return {
    key: expand(client, "quic key", 16),
    iv: expand(client, "quic iv", 12),
    hp: expand(client, "quic hp", 16),
  };
}

function nonce({ iv }: Keys, packetNumber: Uint8Array): Uint8Array {
  const out = iv.slice();
  packetNumber.forEach((byte, i) => out[out.length - packetNumber.length + i] ^= byte);
  return out;
}

function mask({ hp }: Keys, sample: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv("aes-128-ecb", hp, null).update(sample));
}

/** Returns the offset of the packet number, the length from there on, and the destination id. */
function layout(datagram: Uint8Array): { at: number; length: number; destination: Uint8Array } {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const destination = datagram.subarray(6, 6 + datagram[5]);
  let at = 6 + datagram[5];
  at += 1 + datagram[at];
  if (datagram[at] !== 0) throw new Error("The Initial packet has a token");
  return { at: at + 3, length: view.getUint16(at + 1) & 0x3fff, destination };
}

/** Decrypts a client's first Initial packet. */
export function openInitial(datagram: Uint8Array): OpenedInitial {
  const { at, length, destination } = layout(datagram);
  const keys = keysOf(destination);
  const bits = mask(keys, datagram.subarray(at + 4, at + 4 + SAMPLE_BYTES));
  const header = datagram.slice(0, at);
  header[0] ^= bits[0] & 0x0f;
  const size = (header[0] & 3) + 1;
  const packetNumber = datagram.slice(at, at + size).map((byte, i) => byte ^ bits[1 + i]);
  const sealed = datagram.subarray(at + size, at + length);
  const opening = createDecipheriv("aes-128-gcm", keys.key, nonce(keys, packetNumber));
  opening.setAAD(Uint8Array.of(...header, ...packetNumber));
  opening.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = opening.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  opening.final();
  return { header, packetNumber, plain: new Uint8Array(plain) };
}

/** Seals the same Initial packet for a new connection, by default with a random destination id. */
export function sealInitial(
  { header, packetNumber, plain }: OpenedInitial,
  destination: Uint8Array = randomBytes(header[5]),
): Uint8Array<ArrayBuffer> {
  const head = header.slice();
  head.set(destination, 6);
  const keys = keysOf(head.subarray(6, 6 + head[5]));
  const sealing = createCipheriv("aes-128-gcm", keys.key, nonce(keys, packetNumber));
  sealing.setAAD(Uint8Array.of(...head, ...packetNumber));
  const body = sealing.update(plain);
  sealing.final();
  const out = Uint8Array.of(...head, ...packetNumber, ...body, ...sealing.getAuthTag());
  const at = head.length;
  const bits = mask(keys, out.subarray(at + 4, at + 4 + SAMPLE_BYTES));
  out[0] ^= bits[0] & 0x0f;
  packetNumber.forEach((_, i) => out[at + i] ^= bits[1 + i]);
  return out;
}

/** Builds the next Initial packet, which closes the connection (RFC 9000 section 19.19). */
export function closingInitial({ header, packetNumber, plain }: OpenedInitial): OpenedInitial {
  const close = new Uint8Array(plain.length); // the rest is padding
  close.set([0x1c, 0, 0, 0]);
  const next = packetNumber.with(-1, packetNumber[packetNumber.length - 1] + 1);
  return { header, packetNumber: next, plain: close };
}

/** Captures the first datagram that Deno's QUIC client sends. */
export async function captureInitial(): Promise<Uint8Array> {
  const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = sink.addr as Deno.NetAddr;
  const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1" });
  const options = { hostname: "127.0.0.1", port, endpoint, alpnProtocols: [ALPN] };
  Promise.resolve(Deno.connectQuic({ ...options, serverName: "pppoe-proxy.invalid" }))
    .catch(() => {}); // there is no answer
  const [initial] = await sink.receive();
  const taken = initial.slice();
  sink.close();
  endpoint.close(); // not earlier: closing sends a packet
  return taken;
}
