import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Admission, type AdmissionLimits, type Place } from "../../src/tunnel/admission.ts";
import { networksOf } from "../../src/tunnel/network.ts";
import { Reputation } from "../../src/tunnel/reputation.ts";
import { AdmissionModel, type AdmissionStep, HOSTS } from "./admission_model.ts";

/** An admission at a time and with chances that a test sets. */
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

  /** A place, or the word that says why there is none. */
  enter(host: string, name = host): Place | string {
    return this.admission.enter(host, () => void this.gone.push(name));
  }

  /** The words for connections from these hosts, which say their hello at once. */
  try(...hosts: string[]): string[] {
    return hosts.map((host) => {
      const place = this.enter(host);
      if (typeof place === "string") return place;
      this.admission.greeted(place, true);
      return "in";
    });
  }

  login(host: string, client = host): void {
    this.reputation.loggedIn(client, networksOf(host));
  }
}

const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`;

Deno.test("S1: one address holds so many places, all together so many, and those given back are free", () => {
  const world = new World();
  assertEquals(world.try("10.1.0.1", "10.1.0.1", "10.1.0.1"), ["in", "in", "in"]);
  const last = world.enter("10.1.0.1") as Place;
  world.admission.greeted(last);
  assertEquals(world.try("10.1.0.1"), ["address-limit"]);
  world.admission.leave(last);
  world.admission.leave(last);
  assertEquals(world.try("10.1.0.1", "10.1.0.1"), ["in", "address-limit"]);
  for (let index = 0; index < 100; index++) world.enter(address(index));
  assertEquals(world.admission.size, 14); // the rest is for known addresses
});

Deno.test("S5: a client known at an address has a place there, whoever else sits behind it", () => {
  const world = new World();
  world.login("10.1.0.1", "branch-1");
  assertEquals(world.try(...Array(6).fill("10.1.0.1")), [...Array(5).fill("in"), "address-limit"]);
  world.time = 1_600; // who takes so long makes room
  assertEquals(world.try("10.1.0.1"), ["in"]);
  assertEquals(world.gone, ["10.1.0.1"]);
});

Deno.test("S5: the /64s of one /56 and of one /48 count together, unless they are known", () => {
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

Deno.test("S5: where places are short, known addresses get in at a stranger's cost, and new ones at a failed one's", () => {
  const world = new World();
  for (let index = 0; index < 100; index++) world.try(address(index));
  assertEquals(world.try("10.9.0.1"), ["places-short"]);
  world.login("10.9.0.9");
  assertEquals(world.try("10.9.0.9", "10.9.0.9", "10.9.0.9"), ["in", "in", "in"]);
  assertEquals(world.gone.length, 1); // two places were kept for them
  world.time = 1_600;
  assertEquals(world.try("10.9.0.1"), ["in"]); // all others have taken too long
  const slow = world.gone.length;
  world.time = 1_700;
  for (const _ of Array(14)) world.try("10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5");
  assert(world.gone.length > slow);
  assertEquals(world.reputation.standing(networksOf(address(1))), "failed");
  assertEquals(world.reputation.standing(networksOf("10.9.0.9")), "known");
});

Deno.test("S5: strangers are dropped at random as places run out", () => {
  const world = new World();
  for (let index = 0; index < 8; index++) world.try(address(index));
  world.chance = 0;
  world.try(address(8));
  assertEquals(world.try(address(9)), ["places-short"]);
  world.chance = 0.9;
  assertEquals(world.try(address(9)), ["in"]);
});

Deno.test("S5: connections that say nothing keep nobody out, however many come in a second", () => {
  const world = new World();
  world.login("10.1.0.1", "branch-1");
  const flood = (...hosts: string[]): void => hosts.forEach((host) => world.enter(host, "silent"));
  const enter = (host: string): void => {
    const place = world.enter(host, "honest");
    assert(typeof place !== "string", `${host}: ${place}`);
    world.admission.greeted(place);
  };
  for (const host of ["10.1.0.1", "10.2.0.1"]) {
    flood(...Array(50).fill(host));
    enter(host);
    flood(...Array(50).fill(host));
  }
  const many = Array.from({ length: 200 }, (_, index) => address(index));
  flood(...many);
  enter("10.9.0.1");
  flood(...many);
  // They make room for one another, and never those who have said their hello.
  assertEquals(new Set(world.gone), new Set(["silent"]));
  assertEquals(world.admission.size, 14);
});

Deno.test("S3: handshakes begin at a pace, those of known addresses first, and nobody else is slow meanwhile", () => {
  const world = new World({ unauthenticated: 128, perAddress: 64 });
  const places = ["10.1.0.1", "10.2.0.1"].map((host) => {
    if (host === "10.2.0.1") world.login(host);
    return Array.from({ length: 20 }, () => world.enter(host) as Place);
  });
  for (const place of places.flat()) world.admission.greeted(place);
  const started: Place[] = [];
  const drain = (): void => {
    for (let next = world.admission.start(); next; next = world.admission.start()) {
      started.push(next);
    }
  };
  drain();
  assertEquals(started.map(({ standing }) => standing), [
    ...Array(8).fill("known"),
    ...Array(8).fill("new"),
  ]);
  assertEquals(world.admission.nextStart(), 10);
  for (let tick = 0; tick < 12; tick++) {
    world.time += 10;
    drain();
  }
  assertEquals(new Set(started).size, 40);
  assertEquals(world.admission.nextStart(), undefined);
});

const which = fc.nat(1_000);
const step: fc.Arbitrary<AdmissionStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("enter" as const), host: fc.nat(HOSTS - 1) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("greet", "encrypted"), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("start" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("login", "fail", "leave", "late"), which }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(2_000) }) },
);

Deno.test("whatever happens, no bound is passed, no place is lost, and nobody gives way to a lesser one", () => {
  fc.assert(fc.property(
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
  ));
});
