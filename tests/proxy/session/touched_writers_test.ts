import { assertEquals } from "@std/assert";
import { newPeer, type Peer } from "../../../src/proxy/session/session.ts";
import { TouchedWriters } from "../../../src/proxy/session/touched_writers.ts";
import type { Tunnel } from "../../../src/tunnel/tunnel.ts";

/** A peer with a tunnel whose writer is sending from a flush on. */
function sendingPeer(): { peer: Peer; writer: { isSending: boolean } } {
  const writer = {
    isSending: false,
    beginBatch(): void {},
    flush(): void {
      writer.isSending = true;
    },
  };
  const peer = newPeer("a", 0);
  peer.tunnel = { writer } as unknown as Tunnel;
  return { peer, writer };
}

Deno.test("the writers of the last batch are sending until all of them have sent", () => {
  const writers = new TouchedWriters();
  const [one, other] = [sendingPeer(), sendingPeer()];
  assertEquals(writers.areSending, false);
  for (const { peer } of [one, other]) writers.touch(peer);
  writers.flush();
  one.writer.isSending = false;
  assertEquals(writers.areSending, true);
  other.writer.isSending = false;
  assertEquals(writers.areSending, false);
  one.peer.tunnel = undefined;
  assertEquals(writers.areSending, false);
});
