/** The first bytes of a connection, read before TLS, on a server and on a client. */
import { MAX_CLIENT_HELLO, readClientHello } from "../../../src/tunnel/tls/client_hello.ts";
import { MAX_SERVER_HELLO, readServerAnswer } from "../../../src/tunnel/tls/server_hello.ts";
import { encodeAlert } from "../../../src/tunnel/tls/tls_alert.ts";
import {
  alpn,
  chosenVersion,
  clientHello,
  handshakeRecords,
  serverHello,
  supportedVersions,
  vector,
} from "../../tunnel/hello_bytes.ts";
import type { Random } from "../random.ts";
import { must, type Target } from "../target.ts";

const VERSIONS = [0x0304, 0x0303, 0x0a0a];
const NAMES = ["pppoe-proxy/1", "h2", "", "x".repeat(255)];
/** Maximum number of prefixes of an input to read. */
const PREFIXES = 24;

/** Generates a hello, or something close to one, split into records of some size. */
function hello(random: Random): Uint8Array {
  if (random.oneIn(12)) return encodeAlert(random.below(256));
  const unknown = [...random.bytes(2), ...vector([...random.bytes(random.below(40))], 2)];
  const extensions = [unknown].slice(random.below(2));
  const ofClient = random.oneIn(2);
  if (!random.oneIn(6)) {
    const version = random.pick(VERSIONS);
    extensions.push(
      ofClient ? supportedVersions(random.pick(VERSIONS), version) : chosenVersion(version),
    );
  }
  if (ofClient && random.oneIn(2)) extensions.push(alpn(random.pick(NAMES), random.pick(NAMES)));
  const message = ofClient ? clientHello(...extensions) : serverHello(...extensions);
  const bytes = handshakeRecords(message, random.pick([0x4000, 1, 5, 40, 100]));
  return Uint8Array.from([
    ...bytes,
    ...random.pick([[], [20, 3, 3, 0, 1, 1], [...random.bytes(9)]]),
  ]);
}

export const hellos: Target = {
  name: "hellos",
  text: false,
  maxLength: 12_000,
  dictionary: [
    Uint8Array.of(22, 3, 1),
    Uint8Array.of(22, 3, 3, 0, 1),
    Uint8Array.of(0, 43, 0, 3, 2, 3, 4),
    Uint8Array.of(0, 43, 0, 2, 3, 4),
    Uint8Array.of(0, 16, 0, 5, 0, 3, 2, 0x68, 0x32),
    new Uint8Array(2_048),
  ],
  generate: hello,
  run(input) {
    return [
      `client ${readGrowing(input, MAX_CLIENT_HELLO, readClientHello)}`,
      `server ${readGrowing(input, MAX_SERVER_HELLO, readServerAnswer)}`,
    ];
  },
};

/**
 * Reads the input in growing prefixes: a result remains valid for all longer ones, reading stops at
 * the limit, and bytes around the input are not read.
 */
function readGrowing(
  input: Uint8Array,
  limit: number,
  read: (bytes: Uint8Array) => object | "incomplete" | "malformed",
): string {
  let last: string = "incomplete";
  const step = Math.max(1, Math.ceil(input.length / PREFIXES));
  const lengths = new Set([0, 1, 2, 4, 5, 6, 9, ...recordEnds(input)]);
  for (let length = step; length < input.length; length += step) lengths.add(length);
  const parts = [...lengths].filter((length) => length < input.length).sort((a, b) => a - b);
  for (const length of [...parts, input.length]) {
    const answer = read(input.slice(0, length));
    const now = JSON.stringify(answer);
    must(
      last === "incomplete" || last === now,
      () => `${last}, and ${now} after ${length} bytes of ${input.length}`,
    );
    must(answer !== "incomplete" || length < limit, "the reader waits beyond the limit");
    must(JSON.stringify(read(amidst(input, length))) === now, "bytes outside the input are read");
    last = answer === "incomplete" ? answer : now;
  }
  return last.replace(/"protocols":\[.*\]/, "protocols").replace(/"alert":\d+/, "alert");
}

/** Offsets at which the first records end, and one byte after each. */
function recordEnds(input: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = 0; at + 5 <= input.length && ends.length < PREFIXES;) {
    at += 5 + (input[at + 3] << 8 | input[at + 4]);
    ends.push(at, at + 1);
  }
  return ends;
}

/** Copies the bytes into a larger buffer, between others. */
function amidst(input: Uint8Array, length: number): Uint8Array {
  const buffer = new Uint8Array(length + 32).fill(3);
  buffer.set(input.subarray(0, length), 16);
  return buffer.subarray(16, 16 + length);
}
