import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ClientHello,
  MAX_CLIENT_HELLO,
  readClientHello,
} from "../../../src/tunnel/tls/client_hello.ts";
import { cpuTime } from "../../cpu_time.ts";
import {
  alpn,
  ascii,
  clientHello,
  handshakeRecords,
  supportedVersions,
  uint,
  vector,
} from "../hello_bytes.ts";

const HELLO = clientHello(
  [0, 0, 0, 0],
  alpn("h2", "pppoe-proxy/1"),
  supportedVersions(0x0a0a, 0x0304),
);
const READ: ClientHello = { tls13: true, protocols: ["h2", "pppoe-proxy/1"] };

Deno.test("T4: a hello's versions and protocols are read, split over any number of records", () => {
  for (const size of [1, 3, 50, 0x4000]) {
    assertEquals(readClientHello(handshakeRecords(HELLO, size)), READ);
  }
  assertEquals(readClientHello(handshakeRecords(clientHello(supportedVersions(0x0303)))), {
    tls13: false,
    protocols: [],
  });
  assertEquals(readClientHello(handshakeRecords(clientHello())), { tls13: false, protocols: [] });
});

Deno.test("every part of a hello is incomplete, and bytes after it are ignored", () => {
  const whole = handshakeRecords(HELLO, 40);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(readClientHello(whole.subarray(0, length)), "incomplete");
  }
  // Another handshake record, early data after a change_cipher_spec, and bytes that are not TLS.
  for (const rest of [[22, 3, 3, 0, 1, 0], [20, 3, 3, 0, 1, 1, 23, 3, 3], [22, 2], [0]]) {
    assertEquals(readClientHello(Uint8Array.of(...whole, ...rest)), READ);
  }
});

Deno.test("other protocols, other messages and invalid lengths are malformed at the first wrong byte", () => {
  const malformed = (...bytes: number[]): void =>
    assertEquals(readClientHello(Uint8Array.from(bytes)), "malformed");
  malformed(...ascii("GET / HTTP/1.1\r\n"));
  malformed(0x80);
  malformed(22, 2);
  malformed(22, 3, 1, 0, 0);
  malformed(22, 3, 1, 0x40, 1);
  malformed(22, 3, 1, 0, 4, 2);
  malformed(22, 3, 1, 0, 1, 1, 20);
  malformed(22, 3, 1, 0x40, 0, 1, 1, 0, 0);
  malformed(...handshakeRecords([1, 0, 0, 1, 3]));
  malformed(...handshakeRecords(clientHello([0, 43, 0, 3, 9, 3, 4])));
  malformed(...handshakeRecords(clientHello([0, 16, 0, 9, 0, 9, 1])));
  malformed(...handshakeRecords(clientHello([0, 16, 0])));
  malformed(...handshakeRecords([...HELLO.slice(0, -1)].with(3, HELLO[3] - 1)));
});

Deno.test("a hello that never ends is malformed at the limit", () => {
  const endless = handshakeRecords([
    1,
    ...uint(MAX_CLIENT_HELLO, 3),
    ...Array(MAX_CLIENT_HELLO).fill(0),
  ], 1);
  assertEquals(readClientHello(endless.subarray(0, MAX_CLIENT_HELLO - 1)), "incomplete");
  assertEquals(readClientHello(endless.subarray(0, MAX_CLIENT_HELLO)), "malformed");
});

Deno.test("S4: a hello of 8 KiB costs little to read, whatever its contents", () => {
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
    const hello = handshakeRecords(clientHello(filling));
    const read = (): unknown => readClientHello(hello);
    if (what.includes("ALPN")) assertEquals(read(), "malformed", what);
    const least = Math.min(...Array.from({ length: RUNS }, () => cpuTime(read)));
    // A handshake costs about a millisecond, and this is not counted as one.
    assert(least < 1.5, `${what}: ${least.toFixed(2)} ms`);
  }
});

Deno.test("arbitrary bytes and damaged hellos are read without an exception", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    readClientHello(bytes);
    readClientHello(handshakeRecords([1, ...vector([...bytes], 3)]));
  }));
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.integer({ min: 1, max: 60 }), (at, byte, size) => {
      const bytes = handshakeRecords(HELLO, size);
      bytes[at % bytes.length] = byte;
      const hello = readClientHello(bytes);
      assert(typeof hello === "string" || Array.isArray(hello.protocols));
    }),
  );
});
