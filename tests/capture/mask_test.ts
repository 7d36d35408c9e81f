import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MASK, maskSecrets } from "../../src/capture/mask.ts";
import {
  chapText,
  chapValue,
  eap,
  echoRequest,
  holds,
  papAnswer,
  papRequest,
  protocolReject,
  utf8,
} from "./frames.ts";

/** Returns a frame after masking, and checks that the bytes around it are unchanged. */
function masked(frame: Uint8Array): Uint8Array {
  const room = Uint8Array.of(7, ...frame, 7);
  maskSecrets(room, 1, frame.length);
  assertEquals([room[0], room.at(-1)], [7, 7]);
  return room.slice(1, -1);
}

const stars = (count: number): string => "*".repeat(count);

Deno.test("PAP: name and password are masked, lengths stay", () => {
  assertEquals(masked(papRequest("bob", "hunter2")), papRequest(stars(3), stars(7)));
  assertEquals(masked(papRequest("", "")), papRequest("", ""));
  for (const code of [2, 3]) {
    assertEquals(masked(papAnswer(code, "hello bob")), papAnswer(code, stars(9)));
  }
});

Deno.test("CHAP: values and names are masked, lengths stay", () => {
  const value = new Uint8Array(16).map((_, i) => i);
  const hidden = new Uint8Array(16).fill(MASK);
  for (const code of [1, 2]) {
    assertEquals(masked(chapValue(code, value, "bob")), chapValue(code, hidden, stars(3)));
  }
  assertEquals(masked(chapText(3, "S=0123456789")), chapText(3, stars(12)));
});

Deno.test("EAP: the type stays and its data is masked", () => {
  assertEquals(masked(eap(2, 1, utf8("bob"))), eap(2, 1, utf8(stars(3))));
});

Deno.test("an authentication packet that LCP returns as rejected is masked too", () => {
  assertEquals(
    masked(protocolReject(papRequest("bob", "hunter2"))),
    protocolReject(papRequest(stars(3), stars(7))),
  );
});

Deno.test("secrets are masked after a credit tag and after address and control fields", () => {
  const request = papRequest("bob", "hunter2");
  for (const front of [[1, 6, 0, 4, 0, 1, 0, 1], [0xff, 3]]) {
    const frame = Uint8Array.of(...front, ...request);
    assertEquals(masked(frame), Uint8Array.of(...front, ...papRequest(stars(3), stars(7))));
  }
});

Deno.test("packets of other protocols stay unchanged", () => {
  const ip = Uint8Array.of(0x00, 0x21, 0x45, 0, 0, 20);
  const quality = Uint8Array.of(0xc0, 0x25, 1, 1, 0, 8, 1, 2, 3, 4);
  for (
    const frame of [ip, quality, echoRequest(), protocolReject(Uint8Array.of(0x80, 0x57, 1, 1))]
  ) {
    assertEquals(masked(frame), frame);
  }
});

/** Any authentication packet, possibly with wrong lengths. */
const hostile = fc.record({
  front: fc.constantFrom([], [0xff, 3], [1, 6, 0, 4, 0, 1, 0, 1]),
  protocol: fc.constantFrom(0xc023, 0xc223, 0xc227, 0xc027, 0xc281),
  code: fc.nat(6),
  length: fc.option(fc.nat(0xffff), { nil: undefined }),
  body: fc.array(fc.nat(255), { maxLength: 40 }),
  rejected: fc.boolean(),
});

Deno.test("of a packet with contradictory lengths, at most the consistent ones are left", () => {
  fc.assert(fc.property(hostile, ({ front, protocol, code, length, body, rejected }) => {
    const size = length ?? body.length + 4;
    const packet = [protocol >> 8, protocol & 255, code, 1, size >> 8 & 255, size & 255, ...body];
    const lcp = [0xc0, 0x21, 8, 1, 0, packet.length + 4];
    const head = front.length + (rejected ? lcp.length : 0) + 6;
    const frame = Uint8Array.from([...front, ...(rejected ? lcp : []), ...packet]);
    const after = masked(frame);
    assertEquals(after.slice(0, head), frame.slice(0, head));
    const kept = [...after.subarray(head)].flatMap((byte, i) => byte === MASK ? [] : [i]);
    if (protocol === 0xc223 || protocol === 0xc227) assert(kept.every((i) => i === 0));
    else if (protocol !== 0xc023) assertEquals(kept, []);
    else {
      const second = 1 + (body[0] ?? 0);
      assert(kept.every((i) => i === 0 || (code === 1 && i === second)));
      const total = code === 1 ? second + 1 + (body[second] ?? 0) : second;
      if (size !== total + 4) assertEquals(kept, []);
    }
  }));
});

Deno.test("a masked frame contains neither name nor password", () => {
  const text = fc.string({ minLength: 4, maxLength: 60 }).filter((it) => !it.includes("*"));
  fc.assert(fc.property(text, text, (name, password) => {
    const after = masked(papRequest(name, password));
    assert(!holds(after, utf8(password)));
    assert(!holds(after, utf8(name)));
  }));
});
