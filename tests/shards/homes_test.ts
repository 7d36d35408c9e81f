import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Homes } from "../../src/shards/homes.ts";

const name = fc.constantFrom(..."abcdefghij");
const event = fc.record({
  kind: fc.constantFrom("ticket", "login", "restored", "removed"),
  client: name,
  host: fc.constantFrom("192.0.2.1", "192.0.2.2"),
  shard: fc.nat(7),
});

Deno.test("a client has one home from its first appearance until it is removed", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.array(event), (count, events) => {
    const homes = new Homes(count);
    const model = new Map<string, number>();
    for (const { kind, client, host, shard } of events) {
      const at = shard % count;
      if (kind === "removed") {
        homes.forget(client);
        model.delete(client);
        continue;
      }
      const served = kind === "ticket" ? homes.route(client, host) : at;
      if (kind === "restored") homes.settle(client, at);
      const isHome = homes.login(client, served, host);
      const home = model.get(client) ?? served;
      model.set(client, home);
      assertEquals(isHome, served === home);
      assertEquals(homes.of(client), home);
      assertEquals(homes.route(client, host), home);
    }
  }));
});

Deno.test("clients that appear one after another spread evenly, whatever is removed before", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(200), (count, clients) => {
    const homes = new Homes(count);
    const sizes = new Array<number>(count).fill(0);
    homes.settle("gone", 0);
    homes.forget("gone");
    for (let i = 0; i < clients; i++) sizes[homes.of(`client-${i}`)]++;
    assert(Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
  }));
});

Deno.test("without a ticket, a client reaches its home at the second attempt at most", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(7), name, (count, shard, client) => {
    const homes = new Homes(count);
    homes.settle(client, shard % count);
    const attempt = () => homes.login(client, homes.route(undefined, "192.0.2.1"), "192.0.2.1");
    assert(attempt() || attempt());
  }));
});

Deno.test("an unknown client without a ticket stays where it logged in", () => {
  const homes = new Homes(4);
  assertEquals(homes.route(undefined, "192.0.2.1"), 0);
  assertEquals(homes.login("old", 0, "192.0.2.1"), true);
  assertEquals(homes.of("old"), 0);
});

Deno.test("addresses of clients without tickets are remembered for one attempt, and at most 1,024", () => {
  const homes = new Homes(2);
  homes.settle("south", 1);
  for (let i = 0; i < 1_025; i++) homes.login("south", 0, `host-${i}`);
  assertEquals(homes.route(undefined, "host-0"), 0);
  assertEquals([homes.route(undefined, "host-1"), homes.route(undefined, "host-1")], [1, 0]);
});
