import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_CONTROL_BODY } from "../../src/tunnel/record/record.ts";
import { decodeEnded, encodeEnded } from "../../src/tunnel/session_ended.ts";

const entry = fc.record({ handle: fc.integer({ min: 1, max: 0xffff }), code: fc.nat(255) });

Deno.test("ends of sessions survive the tunnel, in records of at most 1,024 bytes", () => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 1_500 }), (ended) => {
    const bodies = encodeEnded(ended);
    assertEquals(bodies.every(({ length }) => length <= MAX_CONTROL_BODY), true);
    assertEquals(bodies.flatMap((body) => decodeEnded(body)), ended);
  }));
});

Deno.test("a record of ends is a whole number of entries, and at least one", () => {
  for (const length of [0, 1, 2, 4, 1_024]) {
    assertEquals(decodeEnded(new Uint8Array(length)), undefined);
  }
});
