import { assertEquals } from "@std/assert";
import { Claims } from "../../../src/proxy/session/claims.ts";
import { sessionFrame } from "../dial.ts";
import { CUSTOMER, LAN } from "../path.ts";

Deno.test("a claim is kept for ten minutes, and matches only a frame with exactly its addresses and id", () => {
  let now = 0;
  const claims = new Claims(() => now);
  const claim = { remote: CUSTOMER, local: LAN, sessionId: 7 };
  const take = (...[to, from, id]: [number, number, number]) =>
    claims.take(new DataView(sessionFrame(to, from, id, [0xc0, 0x21]).buffer), 0);
  claims.add(claim);
  const others: [number, number, number][] = [
    [LAN, CUSTOMER, 8],
    [LAN, CUSTOMER + 1, 7],
    [LAN + 1, CUSTOMER, 7],
  ];
  assertEquals(others.map((other) => take(...other)), [undefined, undefined, undefined]);
  now = 599_999;
  claims.expire();
  assertEquals(take(LAN, CUSTOMER, 7), claim);
  assertEquals(take(LAN, CUSTOMER, 7), undefined, "once");
  claims.add(claim);
  now += 600_000;
  claims.expire();
  assertEquals([take(LAN, CUSTOMER, 7), claims.size], [undefined, 0]);
});
