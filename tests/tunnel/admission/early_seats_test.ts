import { assert, assertEquals } from "@std/assert";
import { Admission, type Place } from "../../../src/tunnel/admission/admission.ts";
import { networksOf } from "../../../src/tunnel/admission/network.ts";
import { Reputation } from "../../../src/tunnel/admission/reputation.ts";

/** An admission with many places, and a time and chances set by the test. */
class World {
  time = 0;
  chance = 0.999;
  readonly reputation = new Reputation(() => this.time);
  readonly admission = new Admission(
    { unauthenticated: 1_000, perAddress: 4, handshakeRate: 100 },
    { reputation: this.reputation, now: () => this.time, random: () => this.chance },
  );
  readonly gone: string[] = [];

  enter(host: string): Place {
    const place = this.admission.enter(host, { displace: () => void this.gone.push(host) });
    if (typeof place === "string") throw new Error(place);
    return place;
  }

  /** Connects over QUIC and opens the stream at once. */
  greet(host: string): string {
    return this.admission.greeted(this.enter(host), true) ?? "in";
  }

  try(...hosts: string[]): string[] {
    return hosts.map((host) => this.greet(host));
  }

  login(host: string): void {
    this.reputation.loggedIn(host, networksOf(host));
  }
}

const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`;
const addresses = (count: number): string[] => Array.from({ length: count }, (_, i) => address(i));

Deno.test("S1: at most 48 strangers over QUIC are between handshake and login, and newcomers replace them", () => {
  const world = new World();
  assertEquals(new Set(world.try(...addresses(48))), new Set(["in"]));
  assertEquals([world.admission.size, world.gone], [48, []]);
  world.chance = 0.5;
  assertEquals(world.greet("10.1.0.1"), "in");
  assertEquals([world.admission.size, world.gone], [48, [address(24)]]);
  world.time = 499;
  assertEquals(world.greet("10.1.0.2"), "in");
  assertEquals(world.gone.at(-1), address(25));
  world.time = 500;
  assertEquals(world.try("10.1.0.3", "10.1.0.4"), ["in", "in"]);
  assertEquals(world.gone.slice(-2), [address(0), address(1)]);
});

Deno.test("S1: places of known networks, and over TLS, do not count among those of QUIC's strangers", () => {
  const world = new World();
  for (const host of addresses(40)) world.login(host);
  world.try(...addresses(40));
  for (let i = 0; i < 40; i++) {
    const place = world.enter(`10.2.0.${i}`);
    assertEquals(world.admission.greeted(place, false), undefined);
  }
  assertEquals(world.admission.size, 80);
  for (let i = 0; i < 60; i++) world.greet(`10.3.0.${i}`);
  assertEquals([world.admission.size, world.gone.length], [128, 12]);
  assert(world.gone.every((host) => host.startsWith("10.3.")));
});

Deno.test("S1: a stranger's place over QUIC is free again after its login or its end", () => {
  const world = new World();
  for (let i = 0; i < 200; i++) {
    const place = world.enter(address(i));
    world.admission.greeted(place, true);
    if (i % 3 === 0) world.admission.authenticated(place, `client ${i}`);
    else if (i % 3 === 1) world.admission.failed(place);
    else world.admission.leave(place);
  }
  assertEquals([world.admission.size, world.gone], [0, []]);
});
