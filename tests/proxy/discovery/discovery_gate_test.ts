import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { DiscoveryGate } from "../../../src/proxy/discovery/discovery_gate.ts";
import { newPeer } from "../../../src/proxy/session/session.ts";

/** A frame of which only the code matters. */
function frame(code: number): Uint8Array {
  const bytes = new Uint8Array(20);
  bytes[15] = code;
  return bytes;
}

for (const [padiRate, most] of [[200, 16_384], [1_024, 16_384], [2_000, 32_000]]) {
  Deno.test(`with a padi_rate of ${padiRate} a client may send ${most} discovery packets at once`, () => {
    let now = 0;
    const gate = new DiscoveryGate(newPeer("branch-1", 0), { padiRate }, () => now);
    const admits = () => gate.admits(0, frame(CODE_PADI), 0, 20);
    const count = (tries: number) => Array.from({ length: tries }, admits).filter(Boolean).length;
    assertEquals(count(40_000), most);
    now = 1_000;
    assertEquals(count(40_000), most / 2);
  });
}

Deno.test("the PADT of an open session does not count towards the limit, that of an unknown session does", () => {
  const peer = newPeer("branch-1", 0);
  peer.handles[7] = 1;
  const gate = new DiscoveryGate(peer, { padiRate: 200 }, () => 0);
  for (let i = 0; i < 20_000; i++) assertEquals(gate.admits(7, frame(CODE_PADT), 0, 20), true);
  for (let i = 0; i < 16_384; i++) assertEquals(gate.admits(8, frame(CODE_PADT), 0, 20), true);
  assertEquals(gate.admits(8, frame(CODE_PADT), 0, 20), false);
  assertEquals(gate.admits(7, frame(CODE_PADI), 0, 20), false);
  assertEquals(gate.admits(7, frame(CODE_PADT), 0, 20), true);
});
