/**
 * A QUIC client by hand (RFC 9000, 9001; TLS 1.3 with X25519 and AES-128-GCM), which verifies
 * nothing and may send stream data in any order: no QUIC library does that.
 */
import { Buffer } from "node:buffer";
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import { ALPN } from "../../src/tunnel/handshake.ts";
import { TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import { join, readVarint, sized16, u16, varint } from "./quic_encoding.ts";
import {
  expand,
  hmac,
  initialKeys,
  keysOf,
  mask,
  nonce,
  type PacketKeys,
  SAMPLE_BYTES,
  TAG_BYTES,
} from "./quic_keys.ts";

const ID_BYTES = 8;
/** How long a handshake may take, in milliseconds. */
const DEADLINE = 3_000;
/** Prefix of an X25519 public key in DER (RFC 8410). */
const X25519_DER = Uint8Array.fromHex("302a300506032b656e032100");
const EMPTY_HASH = new Uint8Array(createHash("sha256").digest());

type Space = "initial" | "handshake" | "application";

function extension(type: number, body: ArrayLike<number>): Uint8Array {
  return join(u16(type), sized16(body));
}

function clientHello(share: Uint8Array, source: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = (value: string) => new TextEncoder().encode(value);
  const name = text(TLS_NAME);
  const alpn = text(ALPN);
  const parameter = (id: number, body: ArrayLike<number>) => join([id, body.length], body);
  const parameters = join(
    parameter(0x0f, source),
    parameter(0x01, varint(30_000)),
    ...[0x04, 0x05, 0x06, 0x07].map((id) => parameter(id, varint(1 << 20))),
    parameter(0x08, varint(4)),
    parameter(0x09, varint(4)),
    parameter(0x20, varint(65_535)),
  );
  const extensions = join(
    extension(0, sized16(join([0], sized16(name)))),
    extension(10, sized16(u16(0x001d))),
    extension(13, sized16([4, 3, 8, 4, 5, 3, 8, 5, 8, 7, 4, 1])),
    extension(16, sized16(join([alpn.length], alpn))),
    extension(43, [2, 3, 4]),
    extension(51, sized16(join(u16(0x001d), sized16(share)))),
    extension(0x39, parameters),
  );
  const body = join(
    u16(0x0303),
    randomBytes(32),
    [0],
    sized16([0x13, 0x01]),
    [1, 0],
    sized16(extensions),
  );
  return join([1, 0, ...u16(body.length)], body);
}

/** A stranger's connection. */
export class QuicStranger {
  readonly #socket: Deno.DatagramConn;
  readonly #server: Deno.NetAddr;
  readonly #source = new Uint8Array(randomBytes(ID_BYTES));
  #destination = new Uint8Array(randomBytes(ID_BYTES));
  #send: Partial<Record<Space, PacketKeys>> = {};
  #receive: Partial<Record<Space, PacketKeys>> = {};
  #numbers: Record<Space, number> = { initial: 0, handshake: 0, application: 0 };
  #crypto: Record<"initial" | "handshake", Map<number, Uint8Array>> = {
    initial: new Map(),
    handshake: new Map(),
  };
  #pair = generateKeyPairSync("x25519");
  #hello: Uint8Array<ArrayBuffer>;
  #serverHello: Uint8Array | undefined;
  #secrets = { handshake: new Uint8Array(), client: new Uint8Array() };

  private constructor(socket: Deno.DatagramConn, server: Deno.NetAddr) {
    this.#socket = socket;
    this.#server = server;
    this.#send.initial = initialKeys(this.#destination, "client");
    this.#receive.initial = initialKeys(this.#destination, "server");
    const share = this.#pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
    this.#hello = clientHello(share, this.#source);
  }

  /** Connects from an address of this machine; resolves after the handshake. */
  static async connect(hostname: string, server: Deno.NetAddr): Promise<QuicStranger> {
    const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const stranger = new QuicStranger(socket, server);
    const timer = setTimeout(() => stranger.close(), DEADLINE);
    try {
      await stranger.#shakeHands();
      return stranger;
    } catch (error) {
      stranger.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // closed by the deadline
    }
  }

  /** Sends stream data at an offset, of at most 1,100 bytes. */
  async stream(offset: number, bytes: Uint8Array): Promise<void> {
    await this.#packet("application", join([0x0e, 0], varint(offset), varint(bytes.length), bytes));
  }

  async #shakeHands(): Promise<void> {
    const frame = join([6], varint(0), varint(this.#hello.length), this.#hello);
    await this.#packet("initial", join(frame, new Uint8Array(1_180 - frame.length)));
    while (this.#send.application === undefined) {
      const [datagram] = await this.#socket.receive(new Uint8Array(2_048));
      for (let rest: Uint8Array = datagram; rest.length > 0;) {
        rest = this.#open(rest);
        this.#advance();
      }
    }
    await this.#packet("handshake", this.#finish());
  }

  /** Decrypts the first packet of a datagram; returns what follows it. */
  #open(bytes: Uint8Array): Uint8Array {
    if ((bytes[0] & 0x80) === 0) return new Uint8Array();
    const space = (bytes[0] & 0x30) === 0 ? "initial" : "handshake";
    let at = 6 + bytes[5];
    const source = bytes.slice(at + 1, at + 1 + bytes[at]);
    at += 1 + bytes[at];
    if (space === "initial") {
      const [token, next] = readVarint(bytes, at);
      at = next + token;
    }
    const [length, start] = readVarint(bytes, at);
    const keys = this.#receive[space];
    if (keys === undefined) return bytes.subarray(start + length);
    this.#destination = source;
    const bits = mask(keys, bytes.subarray(start + 4, start + 4 + SAMPLE_BYTES));
    const size = ((bytes[0] ^ bits[0]) & 3) + 1;
    const header = bytes.slice(0, start + size);
    header[0] ^= bits[0] & 0x0f;
    for (let i = 0; i < size; i++) header[start + i] ^= bits[1 + i];
    const sealed = bytes.subarray(start + size, start + length);
    const opening = createDecipheriv("aes-128-gcm", keys.key, nonce(keys, header.subarray(start)));
    opening.setAAD(header);
    opening.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = opening.update(sealed.subarray(0, -TAG_BYTES));
    opening.final();
    this.#takeFrames(space, new Uint8Array(plain));
    return bytes.subarray(start + length);
  }

  #takeFrames(space: "initial" | "handshake", plain: Uint8Array): void {
    for (let at = 0; at < plain.length;) {
      const type = plain[at++];
      if (type <= 1) continue;
      if (type === 2) {
        const fields = [0, 0, 0, 0];
        for (let i = 0; i < 4; i++) [fields[i], at] = readVarint(plain, at);
        for (let i = 0; i < 2 * fields[2]; i++) [, at] = readVarint(plain, at);
        continue;
      }
      if (type !== 6) {
        throw new Error(
          `The server's QUIC sent frame ${type}: ${new TextDecoder().decode(plain.subarray(at))}`,
        );
      }
      let offset: number;
      let length: number;
      [offset, at] = readVarint(plain, at);
      [length, at] = readVarint(plain, at);
      this.#crypto[space].set(offset, plain.slice(at, at + length));
      at += length;
    }
  }

  /** What has arrived of a space's handshake messages, without gaps. */
  #messages(space: "initial" | "handshake"): Uint8Array {
    let all: Uint8Array = new Uint8Array();
    for (;;) {
      const next = this.#crypto[space].get(all.length);
      if (next === undefined || next.length === 0) return all;
      all = join(all, next);
    }
  }

  #advance(): void {
    if (this.#serverHello === undefined) {
      const hello = this.#messages("initial");
      if (hello.length < 4 || hello.length < 4 + hello[2] * 256 + hello[3]) return;
      this.#serverHello = hello;
      this.#deriveHandshake(hello);
    }
    const flight = this.#messages("handshake");
    if (!endsWithFinished(flight)) return;
    const hash = sha256(this.#hello, this.#serverHello, flight);
    const derived = expand(this.#secrets.handshake, "derived", 32, EMPTY_HASH);
    const main = hmac(derived, new Uint8Array(32));
    this.#send.application = keysOf(expand(main, "c ap traffic", 32, hash));
  }

  #deriveHandshake(hello: Uint8Array): void {
    const at = hello.findLastIndex((byte, i) =>
      byte === 0 && hello[i + 1] === 0x33 && hello[i + 5] === 0x1d && hello[i + 7] === 32
    );
    const theirs = createPublicKey({
      key: Buffer.from(join(X25519_DER, hello.subarray(at + 8, at + 40))),
      format: "der",
      type: "spki",
    });
    const shared = diffieHellman({ privateKey: this.#pair.privateKey, publicKey: theirs });
    const early = hmac(new Uint8Array(32), new Uint8Array(32));
    const secret = hmac(expand(early, "derived", 32, EMPTY_HASH), new Uint8Array(shared));
    const hash = sha256(this.#hello, hello);
    this.#secrets = {
      handshake: new Uint8Array(secret),
      client: new Uint8Array(expand(secret, "c hs traffic", 32, hash)),
    };
    this.#send.handshake = keysOf(this.#secrets.client);
    this.#receive.handshake = keysOf(expand(secret, "s hs traffic", 32, hash));
  }

  /** The CRYPTO frame with our Finished (RFC 8446 section 4.4.4). */
  #finish(): Uint8Array {
    const hash = sha256(this.#hello, this.#serverHello ?? [], this.#messages("handshake"));
    const verify = hmac(expand(this.#secrets.client, "finished", 32), hash);
    const message = join([20, 0, 0, 32], verify);
    return join([6], varint(0), varint(message.length), message);
  }

  async #packet(space: Space, frames: Uint8Array): Promise<void> {
    const keys = this.#send[space];
    if (keys === undefined) throw new Error(`No keys for ${space} packets`);
    const number = this.#numbers[space]++;
    const packetNumber = [0, number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff];
    const length = u16(0x4000 | 4 + frames.length + TAG_BYTES);
    const ids = [ID_BYTES, ...this.#destination, ID_BYTES, ...this.#source];
    ids[0] = this.#destination.length;
    const header = space === "application"
      ? join([0x43], this.#destination, packetNumber)
      : space === "initial"
      ? join([0xc3, 0, 0, 0, 1], ids, [0], length, packetNumber)
      : join([0xe3, 0, 0, 0, 1], ids, length, packetNumber);
    const cipher = createCipheriv(
      "aes-128-gcm",
      keys.key,
      nonce(keys, Uint8Array.from(packetNumber)),
    );
    cipher.setAAD(header);
    const sealed = join(cipher.update(frames), cipher.final(), cipher.getAuthTag());
    const bits = mask(keys, sealed.subarray(0, SAMPLE_BYTES));
    header[0] ^= bits[0] & (space === "application" ? 0x1f : 0x0f);
    for (let i = 0; i < 4; i++) header[header.length - 4 + i] ^= bits[1 + i];
    await this.#socket.send(join(header, sealed), this.#server);
  }
}

function sha256(...parts: ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(join(...parts)).digest());
}

/** Whether whole handshake messages end with a Finished. */
function endsWithFinished(messages: Uint8Array): boolean {
  for (let at = 0; at + 4 <= messages.length;) {
    const length = messages[at + 1] * 65_536 + messages[at + 2] * 256 + messages[at + 3];
    if (messages[at] === 20) return at + 4 + length <= messages.length;
    at += 4 + length;
  }
  return false;
}
