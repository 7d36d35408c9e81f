import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Admission,
  type AdmissionLimits,
  type Place,
} from "../../../src/tunnel/admission/admission.ts";
import { networksOf } from "../../../src/tunnel/admission/network.ts";
import { Reputation } from "../../../src/tunnel/admission/reputation.ts";
import type { Ticket } from "../../../src/tunnel/admission/ticket.ts";
import { AdmissionModel, type AdmissionStep, CLIENTS, HOSTS } from "../admission_model.ts";

/** An admission with a time and chances set by the test. */
class World {
  time = 0;
  chance = 0.999;
  readonly reputation = new Reputation(() => this.time);
  readonly admission: Admission;
  readonly gone: string[] = [];

  constructor(limits: Partial<AdmissionLimits> = {}) {
    this.admission = new Admission(
      { unauthenticated: 16, perAddress: 4, handshakeRate: 100, ...limits },
      { reputation: this.reputation, now: () => this.time, random: () => this.chance },
    );
  }

  /** A place, or the reason for a refusal. */
  enter(host: string, name = host, hasSpoken = () => false): Place | string {
    return this.admission.enter(host, { displace: () => void this.gone.push(name), hasSpoken });
  }

  /** The outcomes for connections from these hosts, which send their hello immediately. */
  try(...hosts: string[]): string[] {
    return hosts.map((host) => this.greet(host));
  }

  /** The outcome for a connection that sends its hello immediately. */
  greet(host: string, ticket?: Ticket, name = host): string {
    const place = this.enter(host, name);
    return typeof place === "string" ? place : this.admission.greeted(place, true, ticket) ?? "in";
  }

  login(host: string, client = host): void {
    this.reputation.loggedIn(client, networksOf(host));
  }
}

const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`;
const addresses = (count: number): string[] => Array.from({ length: count }, (_, i) => address(i));

Deno.test("S1: places are limited per address and in total, and freed places can be taken again", () => {
  const world = new World();
  assertEquals(world.try("10.1.0.1", "10.1.0.1", "10.1.0.1"), ["in", "in", "in"]);
  const last = world.enter("10.1.0.1") as Place;
  assertEquals(world.admission.greeted(last, false), undefined);
  assertEquals(world.try("10.1.0.1"), ["address-limit"]);
  world.admission.leave(last);
  world.admission.leave(last);
  assertEquals(world.try("10.1.0.1", "10.1.0.1"), ["in", "address-limit"]);
  for (const host of addresses(100)) world.enter(host);
  assertEquals(world.admission.size, 16);
});

Deno.test("S1: an address has extra places for connections that send their hello at once or are evicted", () => {
  const world = new World({ unauthenticated: 128 });
  const places = Array.from({ length: 20 }, () => world.enter("10.1.0.1") as Place);
  assertEquals(places.map(({ brief }) => brief), [
    ...Array(4).fill(false),
    ...Array(16).fill(true),
  ]);
  assertEquals([world.admission.size, world.gone.length], [16, 4]);
  for (const host of addresses(400)) for (let i = 0; i < 20; i++) world.enter(host);
  assertEquals(world.admission.size, 128);
});

Deno.test("S5: a client known at an address gets a place there, whatever others behind it do", () => {
  const world = new World();
  world.login("10.1.0.1", "branch-1");
  assertEquals(world.try(...Array(6).fill("10.1.0.1")), [...Array(5).fill("in"), "address-limit"]);
  world.time = 1_600; // a connection this slow is evicted
  assertEquals(world.try("10.1.0.1"), ["in"]);
  assertEquals(world.gone, ["10.1.0.1"]);
});

Deno.test("S5: the /64s of one /56 or /48 count together, unless they are known", () => {
  const world = new World({ unauthenticated: 1_000 });
  const of56 = (index: number): string => `2001:db8:0:${(0x100 + index).toString(16)}::1`;
  for (let index = 0; index < 60; index++) world.try(of56(index));
  assertEquals(world.admission.size, 8);
  for (let index = 0; index < 60; index++) world.try(`2001:db8:0:${index.toString(16)}00::1`);
  assertEquals(world.admission.size, 16);
  assertEquals(world.try("2001:db8:0:1ff::1", "2001:db8:1::1"), ["network-limit", "in"]);
  world.login("2001:db8:0:1ff::1");
  assertEquals(world.try("2001:db8:0:1ff::1"), ["in"]);
});

Deno.test("S5: when places are short, known addresses displace strangers, and new ones displace failed ones", () => {
  const world = new World();
  world.try(...addresses(100));
  assertEquals(world.admission.size, 10);
  assertEquals(world.try("10.9.0.1"), ["places-short"]);
  world.login("10.9.0.9");
  assertEquals(world.try("10.9.0.9", "10.9.0.9", "10.9.0.9"), ["in", "in", "in"]);
  assertEquals(world.gone.length, 1); // two places were reserved for them
  world.time = 1_600;
  assertEquals(world.try("10.9.0.1"), ["in"]); // all others are slow by now
  const slow = world.gone.length;
  world.time = 1_700;
  for (const _ of Array(14)) world.try("10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5");
  assert(world.gone.length > slow);
  assertEquals(world.reputation.standing(networksOf(address(1))), "failed");
  assertEquals(world.reputation.standing(networksOf("10.9.0.9")), "known");
});

Deno.test("S5: strangers are dropped at random as places run out", () => {
  const world = new World();
  world.try(...addresses(6));
  world.chance = 0;
  world.try(address(6));
  assertEquals(world.try(address(7)), ["places-short"]);
  world.chance = 0.9;
  assertEquals(world.try(address(7)), ["in"]);
});

Deno.test("S5: connections without a hello keep no client out, at any rate", () => {
  const world = new World({ unauthenticated: 128 });
  world.login("10.1.0.1", "branch-1");
  const flood = (...hosts: string[]): void => hosts.forEach((host) => world.enter(host, "silent"));
  /** A client whose hello arrives after this many other connections. */
  const enter = (host: string, meanwhile: string[]): void => {
    const place = world.enter(host, "honest");
    assert(typeof place !== "string", `${host}: ${place}`);
    flood(...meanwhile);
    assertEquals(world.admission.greeted(place, false), undefined);
  };
  for (const host of ["10.1.0.1", "10.2.0.1"]) {
    flood(...Array(50).fill(host));
    enter(host, Array(15).fill(host));
    flood(...Array(50).fill(host));
  }
  flood(...addresses(400));
  enter("10.9.0.1", addresses(100));
  enter("10.1.0.1", addresses(400));
  world.reputation.failed(networksOf("10.9.0.2"));
  enter("10.9.0.2", addresses(100));
  flood(...addresses(400));
  // They displace one another, never connections that have sent their hello.
  assertEquals(new Set(world.gone), new Set(["silent"]));
  assertEquals(world.admission.size, 128);
});

Deno.test("S5: a connection whose hello has arrived but was not read yet is not displaced", () => {
  const world = new World({ unauthenticated: 128 });
  const place = world.enter("10.1.0.1", "honest", () => true) as Place;
  for (let i = 0; i < 500; i++) world.enter("10.1.0.1", "silent");
  assertEquals(new Set(world.gone), new Set(["silent"]));
  assertEquals(world.admission.greeted(place, false), undefined);
});

Deno.test("S5: a client with a ticket gets a place, even if others share its address or hold all places", () => {
  const world = new World({ unauthenticated: 128 });
  let number = 0;
  const comesIn = (host: string): void => {
    const place = world.enter(host, "honest") as Place;
    assertEquals(
      world.admission.greeted(place, true, { client: "b", number: ++number }),
      undefined,
    );
    for (let i = 0; i < 100; i++) world.greet(host);
    world.admission.authenticated(place, "b");
  };
  for (let i = 0; i < 20; i++) world.greet("10.1.0.1");
  comesIn("10.1.0.1");
  for (let i = 0; i < 20; i++) world.greet("10.1.0.1");
  comesIn("10.1.0.1");
  world.try(...addresses(400));
  comesIn("10.9.0.1");
  for (let i = 0; i < 200; i++) world.login(`10.3.0.${i}`);
  for (let i = 0; i < 200; i++) world.greet(`10.3.0.${i}`);
  comesIn("10.9.0.2");
  assert(!world.gone.includes("honest"));
  assert(world.admission.size <= 128);
});

Deno.test("S5: tickets give one place per client, to its newest ticket, and only to valid tickets", () => {
  const world = new World({ unauthenticated: 128 });
  const show = (number: number, name = `${number}`): string =>
    world.greet("10.1.0.1", { client: "b", number }, name);
  for (let i = 0; i < 20; i++) world.greet("10.1.0.1");
  assertEquals(show(5), "in");
  assertEquals([show(5, "again"), show(4)], ["address-limit", "address-limit"]);
  assertEquals([show(6), world.gone], ["in", ["5"]]);
  assertEquals(world.try("10.1.0.2", "10.1.0.2", "10.1.0.2"), ["in", "in", "in"]);
  assertEquals(world.greet("10.1.0.2", { client: "c", number: 1 }), "in");
  assertEquals(world.try("10.1.0.2", "10.1.0.2"), ["in", "address-limit"]); // the ticket's place is not counted here
  const before = world.admission.size;
  for (let number = 7; number < 500; number++) show(number);
  assertEquals(world.admission.size, before);
});

Deno.test("S5: a ticket from before the clock was set back, or a replay, gets a free place once a second", () => {
  const world = new World({ unauthenticated: 128 });
  for (let i = 0; i < 20; i++) world.greet("10.1.0.1");
  const show = (number: number): Place | string => {
    const place = world.enter("10.1.0.1") as Place;
    return world.admission.greeted(place, true, { client: "b", number }) ?? place;
  };
  world.admission.authenticated(show(1_000) as Place, "b");
  for (let i = 0; i < 20; i++) world.greet("10.1.0.1"); // the address has one more place, for a known client
  const repeated = show(1_000);
  assert(typeof repeated !== "string");
  assertEquals(show(10), "address-limit"); // the place is not free
  world.admission.failed(repeated);
  assertEquals(show(10), "address-limit"); // a second has not passed
  world.time = 1_000;
  const late = show(10);
  assert(typeof late !== "string");
  world.admission.authenticated(late, "b");
  assert(typeof show(11) !== "string"); // the numbers continue from there
});

Deno.test("S3: handshakes are rate limited, known addresses first, and queued connections do not count as slow", () => {
  const world = new World({ unauthenticated: 256, perAddress: 64 });
  for (let i = 0; i < 20; i++) world.login("10.1.0.1", `client ${i}`);
  const enter = (host: string, ticket?: Ticket): Place => {
    const place = world.enter(host) as Place;
    assertEquals(world.admission.greeted(place, false, ticket), undefined);
    return place;
  };
  const twenty = Array.from({ length: 20 }, (_, i) => `client ${i}`);
  for (const _ of twenty) enter("10.2.0.1");
  for (const _ of twenty) enter("10.1.0.1");
  const ticketed = new Set(twenty.map((client) => enter("10.2.0.1", { client, number: 1 })));
  const started: Place[] = [];
  const drain = (): void => {
    for (let next = world.admission.start(); next; next = world.admission.start()) {
      started.push(next);
    }
  };
  drain();
  assertEquals(started.map((place) => ticketed.has(place) ? "ticketed" : place.standing), [
    ...Array(8).fill("ticketed"),
    ...Array(8).fill("known"),
    ...Array(8).fill("new"),
  ]);
  assertEquals(world.admission.nextStart(), 10);
  for (let tick = 0; tick < 12; tick++) {
    world.time += 10;
    drain();
  }
  assertEquals(new Set(started).size, 60);
  assertEquals(world.admission.nextStart(), undefined);
});

const which = fc.nat(1_000);
const step: fc.Arbitrary<AdmissionStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("enter" as const), host: fc.nat(HOSTS - 1) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("greet", "encrypted"), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("ticket" as const),
      which,
      client: fc.nat(CLIENTS - 1),
      number: fc.nat(20),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("start" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("login", "fail", "leave", "late"), which }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(2_000) }) },
);

Deno.test("admission never exceeds a limit, loses a place, or evicts a connection for one of lower rank", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 7 }),
      (steps, unauthenticated, perAddress, chances) => {
        const limits = { unauthenticated, perAddress, handshakeRate: 50 };
        const model = new AdmissionModel(limits, chances);
        for (const step of steps) model.take(step);
        model.finish();
      },
    ),
    { numRuns: 1_000 },
  );
});
