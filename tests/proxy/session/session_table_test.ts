import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { newPeer, type Session } from "../../../src/proxy/session/session.ts";
import { NO_NAMES } from "../../../src/proxy/session/session_names.ts";
import { PeerNumbers } from "../../../src/proxy/session/peer_numbers.ts";
import { SessionTable } from "../../../src/proxy/session/session_table.ts";

const AC = 0x02_00_00_00_00_a1;

Deno.test("property: a frame's peer and handle are those of its session, after any opens and ends", () => {
  const peers = ["a", "b", "c"].map((name) => newPeer(name, 0));
  const step = fc.record({
    ends: fc.boolean(),
    peer: fc.nat(peers.length - 1),
    id: fc.integer({ min: 1, max: 40 }),
    handle: fc.integer({ min: 1, max: 0xffff }),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const table = new SessionTable();
    const open = new Map<number, Session>();
    for (const { ends, id, handle, peer } of steps) {
      const session = open.get(id);
      if (ends && session !== undefined) {
        table.remove(session);
        open.delete(id);
      } else if (!ends && session === undefined) {
        const hosts = { customer: id, concentrator: AC, remote: id, local: AC };
        const ids = { handle, wireSessionId: id, acSessionId: id };
        const rest = { peer: peers[peer], openedAt: 5, names: NO_NAMES };
        open.set(id, table.add((index) => ({ index, ...hosts, ...ids, ...rest })));
      }
    }
    for (const [id, session] of open) {
      const index = table.find(id, AC, id);
      assertEquals(table.sessions[index], session);
      assertEquals(table.peerOf(index), session.peer);
      assertEquals(table.handleOf(index), session.handle);
    }
  }));
});

Deno.test("numbers of peers whose sessions have ended are given to others", () => {
  const numbers = new PeerNumbers();
  const stays = newPeer("stays", 0);
  assertEquals([numbers.enter(stays), numbers.enter(stays)], [0, 0]);
  for (let i = 0; i < 1_000; i++) {
    const peer = newPeer("comes and goes", 0);
    const number = numbers.enter(peer);
    assertEquals(numbers.peers[number], peer);
    numbers.leave(peer);
    assertEquals(numbers.peers[number], undefined);
  }
  assertLessOrEqual(numbers.peers.length, 2);
  numbers.leave(stays);
  assertEquals(numbers.peers[0], stays); // its other session is open
});
