import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { networksOf } from "../../../src/tunnel/admission/network.ts";
import { Reputation } from "../../../src/tunnel/admission/reputation.ts";

const WEEK = 7 * 24 * 3_600_000;

Deno.test("logins of an address are remembered for a week, failures for a minute", () => {
  let time = 0;
  const reputation = new Reputation(() => time);
  const here = networksOf("192.0.2.1");
  assertEquals(reputation.standing(here), "new");
  reputation.failed(here);
  assertEquals(reputation.standing(here), "failed");
  reputation.loggedIn("a", here);
  reputation.loggedIn("a", here);
  reputation.loggedIn("b", here);
  assertEquals([reputation.standing(here), reputation.logins(here)], ["known", 2]);
  time = WEEK + 1;
  reputation.loggedIn("c", networksOf("192.0.2.2"));
  assertEquals([reputation.standing(here), reputation.logins(here)], ["new", 0]);
});

Deno.test("a wide network counts as failed after eight failed connections", () => {
  const reputation = new Reputation(() => 0);
  for (let index = 0; index < 8; index++) {
    assertEquals(reputation.standing(networksOf("2001:db8:0:ff::1")), "new");
    reputation.failed(networksOf(`2001:db8:0:${index}::1`));
  }
  assertEquals(reputation.standing(networksOf("2001:db8:0:ff::1")), "failed");
  assertEquals(reputation.standing(networksOf("2001:db8:1::1")), "new");
});

Deno.test("a client is known in at most four networks, and memory is bounded for any number of clients", () => {
  const reputation = new Reputation(() => 0);
  const places = Array.from({ length: 6 }, (_, index) => networksOf(`192.0.2.${index}`));
  for (const place of places) reputation.loggedIn("a", place);
  assertEquals(places.map((place) => reputation.logins(place)), [0, 0, 1, 1, 1, 1]);
  for (let index = 0; index < 20_000; index++) reputation.loggedIn(`client ${index}`, places[0]);
  assert(reputation.logins(places[0]) <= 16_384);
  assertEquals(reputation.logins(places[5]), 0);
});

Deno.test("a network's logins count the clients last seen there, in any order", () => {
  const login = fc.record({ client: fc.nat(5), place: fc.nat(8) });
  fc.assert(fc.property(fc.array(login, { maxLength: 60 }), (logins) => {
    const reputation = new Reputation(() => 0);
    const model = new Map<number, number[]>();
    for (const { client, place } of logins) {
      reputation.loggedIn(`${client}`, networksOf(`192.0.2.${place}`));
      const others = (model.get(client) ?? []).filter((other) => other !== place);
      model.set(client, [...others, place].slice(-4));
    }
    for (let place = 0; place <= 8; place++) {
      const expected = [...model.values()].filter((places) => places.includes(place)).length;
      assertEquals(reputation.logins(networksOf(`192.0.2.${place}`)), expected);
    }
  }));
});

Deno.test("clients' networks are listed by their latest login, while they are known", () => {
  let now = 0;
  const reputation = new Reputation(() => now);
  const logIn = (client: string, host: string) => reputation.loggedIn(client, networksOf(host));
  logIn("a", "192.0.2.1");
  logIn("b", "2001:db8::1");
  logIn("c", "::ffff:192.0.2.3");
  logIn("d", "192.0.2.1");
  const latest = reputation.latest(10);
  assertEquals(latest, ["2001:db8:0:0::/64", "192.0.2.3", "192.0.2.1"]);
  assertEquals(reputation.latest(10) === latest, true);
  assertEquals(reputation.isKnown("2001:db8::ffff"), true);
  logIn("b", "2001:db8::2");
  assertEquals(reputation.latest(10).at(-1), "2001:db8:0:0::/64");
  now = 8 * 24 * 3_600_000;
  for (let i = 0; i < 4; i++) logIn("e", "192.0.2.5");
  assertEquals(reputation.latest(10), ["192.0.2.5"]);
  assertEquals(reputation.isKnown("192.0.2.1"), false);
});
