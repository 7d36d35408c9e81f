import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ClientHello,
  MAX_CLIENT_HELLO,
  readClientHello,
} from "../../src/tunnel/client_hello.ts";

/** Numbers, most significant byte first. */
const uint = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, index) => value >>> 8 * (size - 1 - index) & 255);
const vector = (bytes: number[], size: number): number[] => [...uint(bytes.length, size), ...bytes];
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

const supportedVersions = (...versions: number[]): number[] => [
  ...uint(43, 2),
  ...vector(vector(versions.flatMap((version) => uint(version, 2)), 1), 2),
];
const alpn = (...names: string[]): number[] => [
  ...uint(16, 2),
  ...vector(vector(names.flatMap((name) => vector(ascii(name), 1)), 2), 2),
];

/** The handshake message, with these extensions. */
function message(...extensions: number[][]): number[] {
  return [
    1,
    ...vector([
      ...uint(0x0303, 2),
      ...Array(32).fill(7),
      ...vector(Array(32).fill(9), 1),
      ...vector([0x13, 0x01, 0x13, 0x02], 2),
      ...vector([0], 1),
      ...vector(extensions.flat(), 2),
    ], 3),
  ];
}

/** Records of so many bytes each. */
function records(bytes: number[], size = 0x4000): Uint8Array {
  const parts = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(22, 3, 1, ...vector(bytes.slice(at, at + size), 2));
  }
  return Uint8Array.from(parts);
}

const HELLO = message([0, 0, 0, 0], alpn("h2", "pppoe-proxy/1"), supportedVersions(0x0a0a, 0x0304));
const READ: ClientHello = { tls13: true, protocols: ["h2", "pppoe-proxy/1"] };

Deno.test("T4: a hello's versions and protocols are read, in however many records it comes", () => {
  for (const size of [1, 3, 50, 0x4000]) assertEquals(readClientHello(records(HELLO, size)), READ);
  assertEquals(readClientHello(records(message(supportedVersions(0x0303)))), {
    tls13: false,
    protocols: [],
  });
  assertEquals(readClientHello(records(message())), { tls13: false, protocols: [] });
});

Deno.test("every part of a hello is incomplete, and what follows it does not matter", () => {
  const whole = records(HELLO, 40);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(readClientHello(whole.subarray(0, length)), "incomplete");
  }
  assertEquals(readClientHello(Uint8Array.of(...whole, 22, 3, 3, 0, 1, 0)), READ);
});

Deno.test("other protocols, other messages and broken lengths are malformed at the first byte that tells", () => {
  const malformed = (...bytes: number[]): void =>
    assertEquals(readClientHello(Uint8Array.from(bytes)), "malformed");
  malformed(...ascii("GET / HTTP/1.1\r\n"));
  malformed(0x80);
  malformed(22, 2);
  malformed(22, 3, 1, 0, 0);
  malformed(22, 3, 1, 0x40, 1);
  malformed(22, 3, 1, 0, 4, 2);
  malformed(22, 3, 1, 0x40, 0, 1, 1, 0, 0);
  malformed(...records([1, 0, 0, 1, 3]));
  malformed(...records(message([0, 43, 0, 3, 9, 3, 4])));
  malformed(...records(message([0, 16, 0, 9, 0, 9, 1])));
  malformed(...records(message([0, 16, 0])));
  malformed(...records([...HELLO.slice(0, -1)].with(3, HELLO[3] - 1)));
});

Deno.test("a hello that never ends is malformed at the limit", () => {
  const endless = records([1, ...uint(MAX_CLIENT_HELLO, 3), ...Array(MAX_CLIENT_HELLO).fill(0)], 1);
  assertEquals(readClientHello(endless.subarray(0, MAX_CLIENT_HELLO - 1)), "incomplete");
  assertEquals(readClientHello(endless.subarray(0, MAX_CLIENT_HELLO)), "malformed");
});

Deno.test("S4: a hello of 8 KiB costs little to read, whatever it is full of", () => {
  const full = MAX_CLIENT_HELLO - 200;
  const fillings = {
    "empty ALPN names": alpn(...Array(full).fill("")),
    "short ALPN names": alpn(...Array(full / 2).fill("a")),
    "many ALPN extensions": Array(Math.floor(full / 8)).fill(alpn("a")).flat(),
    "empty extensions": Array(full / 4).fill([0x0a, 0x0a, 0, 0]).flat(),
    "many versions": Array(Math.floor(full / 9)).fill(supportedVersions(0x0303, 0x0302)).flat(),
  };
  const RUNS = 20;
  for (const [what, filling] of Object.entries(fillings)) {
    const hello = records(message(filling));
    const read = (): unknown => readClientHello(hello);
    if (what.includes("ALPN")) assertEquals(read(), "malformed", what);
    const shortest = Math.min(...Array.from({ length: RUNS }, () => {
      const begin = performance.now();
      read();
      return performance.now() - begin;
    }));
    // A handshake costs about a millisecond, and this is not counted among them.
    assert(shortest < 1.5, `${what}: ${shortest.toFixed(2)} ms`);
  }
});

Deno.test("any bytes and any change of a hello are read without an error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    readClientHello(bytes);
    readClientHello(records([1, ...vector([...bytes], 3)]));
  }));
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.integer({ min: 1, max: 60 }), (at, byte, size) => {
      const bytes = records(HELLO, size);
      bytes[at % bytes.length] = byte;
      const hello = readClientHello(bytes);
      assert(typeof hello === "string" || Array.isArray(hello.protocols));
    }),
  );
});
