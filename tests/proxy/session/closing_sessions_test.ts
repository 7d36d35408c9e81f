import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { ClosingSessions } from "../../../src/proxy/session/closing.ts";
import { newPeer, type Peer, type Session } from "../../../src/proxy/session/session.ts";
import { AC, CUSTOMER, WAN } from "../path.ts";

function makeSession(peer: Peer, handle: number, wireSessionId = handle): Session {
  return {
    ...{ index: handle, peer, openedAt: 0, names: { ac: "", service: "" }, handle, wireSessionId },
    ...{ customer: CUSTOMER, concentrator: AC, acSessionId: wireSessionId, remote: AC, local: WAN },
  };
}

for (const answerFrom of ["wire", "tunnel"] as const) {
  Deno.test(`H4: a client that ends a thousand sessions loses its own answers, and no other client's (${answerFrom})`, () => {
    const closing = new ClosingSessions(() => 0);
    const [mean, honest] = ["mean", "honest"].map((name) => newPeer(name, 0, ""));
    const answer = (peer: Peer, id: number) =>
      answerFrom === "wire" ? closing.takeFromWire(AC, WAN, id) : closing.takeFromTunnel(peer, id);
    closing.add(makeSession(honest, 1), answerFrom);
    for (let id = 1_001; id <= 2_000; id++) closing.add(makeSession(mean, id), answerFrom);
    assertEquals(closing.size, 256);
    assertEquals([1_745, 1_746, 2_000].map((id) => answer(mean, id)?.handle), [
      undefined,
      1_746,
      2_000,
    ]);
    assertEquals([answer(honest, 1)?.peer, answer(honest, 1)], [honest, undefined]);
    assertEquals(closing.size, 253);
  });
}

Deno.test("property: an answer is forwarded once, within 5 s, if its client has few closing sessions", () => {
  const step = fc.record({
    ...{ who: fc.nat(2), id: fc.integer({ min: 1, max: 40 }), passed: fc.nat(400) },
    do: fc.constantFrom("end", "answer", "open"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
    let time = 0;
    const closing = new ClosingSessions(() => time);
    const peers = ["a", "b", "c"].map((name) => newPeer(name, 0, ""));
    /** What is known of each client's session, by place on the wire. */
    const until = new Map<number, number>();
    for (const { who, id, passed, do: what } of steps) {
      time += passed;
      const place = who * 1_000 + id;
      const session = makeSession(peers[who], id, place);
      if (what === "open") {
        closing.forget(session);
        until.delete(place);
      } else if (what === "end") {
        closing.forget(session);
        closing.add(session, "wire");
        until.set(place, time + 5_000);
      } else {
        const isDue = (until.get(place) ?? 0) > time;
        assertEquals(closing.takeFromWire(AC, WAN, place)?.handle, isDue ? id : undefined);
        until.delete(place);
      }
      assertLessOrEqual(closing.size, 256);
    }
  }));
});
