import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_SERVER_HELLO, readServerAnswer } from "../../../src/tunnel/tls/server_hello.ts";
import { encodeAlert } from "../../../src/tunnel/tls/tls_alert.ts";

interface Hello {
  session: Uint8Array;
  extensions: { type: number; content: Uint8Array }[];
}

const SUPPORTED_VERSIONS = 43;
const version = (...bytes: number[]) => ({
  type: SUPPORTED_VERSIONS,
  content: Uint8Array.from(bytes),
});

const short = (value: number): number[] => [value >> 8, value & 0xff];

/** A ServerHello message; without the extensions field if there are none. */
function message({ session, extensions }: Hello): Uint8Array {
  const list = extensions.flatMap(({ type, content }) => [
    ...short(type),
    ...short(content.length),
    ...content,
  ]);
  const body = [
    ...[3, 3, ...new Array(32).fill(7), session.length, ...session, 0x13, 2, 0],
    ...(extensions.length === 0 ? [] : [...short(list.length), ...list]),
  ];
  return Uint8Array.of(2, 0, ...short(body.length), ...body);
}

/** A message in handshake records of these lengths; the last record has the rest. */
function records(bytes: Uint8Array, lengths: readonly number[] = []): Uint8Array {
  const out: number[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    const part = bytes.subarray(at, at + length);
    if (part.length > 0) out.push(22, 3, 3, ...short(part.length), ...part);
    at += part.length;
  }
  return Uint8Array.from(out);
}

const hello = fc.record({
  session: fc.uint8Array({ maxLength: 32 }),
  extensions: fc.array(
    fc.record({
      type: fc.nat(0xffff).filter((type) => type !== SUPPORTED_VERSIONS),
      content: fc.uint8Array({ maxLength: 40 }),
    }),
    { maxLength: 5 },
  ),
});

Deno.test("T4: a hello is TLS 1.3 if supported_versions says so, at any position and however it is split", () => {
  const cases = fc.record({
    hello,
    tls13: fc.boolean(),
    at: fc.nat(5),
    lengths: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
    rest: fc.uint8Array({ maxLength: 20 }),
  });
  fc.assert(fc.property(cases, ({ hello, tls13, at, lengths, rest }) => {
    const extensions = [...hello.extensions];
    extensions.splice(at, 0, version(3, tls13 ? 4 : 3));
    const bytes = records(message({ ...hello, extensions }), lengths);
    assertEquals(readServerAnswer(bytes), { tls13 });
    // TLS 1.3 continues with change_cipher_spec or encrypted records.
    const followed = Uint8Array.from([...bytes, 20, 3, 3, ...rest]);
    assertEquals(readServerAnswer(followed), { tls13 });
    for (let length = 0; length < bytes.length; length++) {
      assertEquals(readServerAnswer(bytes.subarray(0, length)), "incomplete");
    }
  }));
});

Deno.test("T4: a hello without supported_versions is an older TLS version", () => {
  fc.assert(fc.property(hello, (it) => {
    assertEquals(readServerAnswer(records(message(it))), { tls13: false });
  }));
});

Deno.test("an unencrypted alert is read, and other protocols are recognised immediately", () => {
  assertEquals(readServerAnswer(encodeAlert(80)), { alert: 80 });
  assertEquals(readServerAnswer(encodeAlert(80).subarray(0, 6)), "incomplete");
  for (const text of ["SSH-2.0-OpenSSH\r\n", "HTTP/1.1 400 Bad Request\r\n", "\0", "220 mail"]) {
    assertEquals(readServerAnswer(new TextEncoder().encode(text)), "malformed");
  }
});

Deno.test("arbitrary and damaged bytes neither throw nor keep a client waiting forever", () => {
  const known = ["incomplete", "malformed"];
  const check = (bytes: Uint8Array): void => {
    const answer = readServerAnswer(bytes);
    assertEquals(typeof answer === "object" || known.includes(answer), true);
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check));
  fc.assert(fc.property(hello, fc.nat(), fc.nat(255), (it, at, byte) => {
    const bytes = records(message({ ...it, extensions: [...it.extensions, version(3, 4)] }));
    bytes[at % bytes.length] = byte;
    check(bytes);
  }));
  // A hello with a great length, and an endless trickle of records.
  const endless = records(new Uint8Array(MAX_SERVER_HELLO + 100).fill(0).fill(2, 0, 1));
  assertEquals(readServerAnswer(endless.subarray(0, MAX_SERVER_HELLO)) === "incomplete", false);
  // No other record may interrupt the records of one message (RFC 8446 section 5.1).
  assertEquals(readServerAnswer(Uint8Array.of(22, 3, 3, 0, 1, 2, 20)), "malformed");
  const long = records(Uint8Array.of(2, 0, 0xff, 0xff));
  assertEquals(readServerAnswer(long), "malformed");
});
