import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_CONTROL_BODY } from "../../src/tunnel/record/record.ts";
import {
  decodeResumed,
  decodeSessionList,
  encodeResumed,
  encodeSessionList,
} from "../../src/tunnel/session_list.ts";

const mac = fc.nat({ max: 2 ** 48 - 1 });
const session = fc.record({
  handle: fc.integer({ min: 1, max: 0xffff }),
  acSessionId: fc.integer({ min: 1, max: 0xfffe }),
  customer: mac,
  concentrator: mac,
}, { noNullPrototype: true });

Deno.test("any list of sessions is decoded as it was encoded, and its end is marked once", () => {
  fc.assert(fc.property(fc.array(session, { maxLength: 300 }), (sessions) => {
    const records = encodeSessionList(sessions).map((body) => {
      assertEquals(body.length <= MAX_CONTROL_BODY, true);
      return decodeSessionList(body) ?? { sessions: [], last: false };
    });
    assertEquals(records.flatMap((record) => record.sessions), sessions);
    assertEquals(records.map(({ last }) => last), records.map((_, i) => i === records.length - 1));
  }));
});

Deno.test("malformed lists and answers are rejected", () => {
  for (const body of [[], [2], [1, 0], [0, ...new Array(15).fill(0)], new Array(18).fill(0)]) {
    assertEquals(decodeSessionList(Uint8Array.from(body)), undefined);
  }
  assertEquals(decodeResumed(encodeResumed(70_000)), 70_000);
  assertEquals(decodeResumed(new Uint8Array(3)), undefined);
});
