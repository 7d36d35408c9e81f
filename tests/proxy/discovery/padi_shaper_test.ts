import { assert, assertEquals } from "@std/assert";
import { LONGEST_WAIT, PadiShaper } from "../../../src/proxy/discovery/padi_shaper.ts";
import { type Pending, PendingDiscoveries } from "../../../src/proxy/discovery/pending.ts";
import { Clock } from "../clock.ts";

interface Owner {
  name: string;
}

const LIMITS = { padiRate: 100, padiBurst: 5, padiRatePerMac: 1_000, padiBurstPerMac: 1_000 };
const PLACES = LIMITS.padiRate * LONGEST_WAIT / 1000;

/** A shaper that records what it sent and when, and what it dropped. */
class Bench {
  readonly clock = new Clock();
  readonly sent: { owner: string; customer: number; at: number }[] = [];
  readonly dropped: string[] = [];
  readonly shaper: PadiShaper<Owner>;
  #pending = new PendingDiscoveries<Owner>(
    { pendingDiscoveries: 1e6, timeout: 60_000 },
    () => this.clock.time,
  );

  #owners = new Map<string, Owner>();

  constructor(hasSession = true, limits: Partial<typeof LIMITS> = {}) {
    this.shaper = new PadiShaper<Owner>({
      limits: { ...LIMITS, ...limits },
      strangers: 1 << 18,
      hasSession: () => hasSession,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      now: () => this.clock.time,
      later: (milliseconds, run) => this.clock.later(milliseconds, run),
      send: ({ owner, customer }) =>
        this.sent.push({ owner: owner.name, customer, at: this.clock.time }),
      dropped: ({ owner }) => this.dropped.push(owner.name),
      sent() {},
    });
  }

  owner(name: string): Owner {
    const known = this.#owners.get(name) ?? { name };
    this.#owners.set(name, known);
    return known;
  }

  /** Handles a PADI as the discoveries do; returns whether it was accepted. */
  padi(name: string, customer: number): boolean {
    const known = this.#pending.find(name, customer, undefined);
    if (this.shaper.repeats(known) || !this.shaper.admits(this.owner(name), customer)) return false;
    this.shaper.submit(this.begun(name, customer), new Uint8Array(60));
    return true;
  }

  begun(name: string, customer: number): Pending<Owner> {
    const pending = this.#pending.begin(this.owner(name), name, customer, undefined);
    if (pending === undefined) throw new Error("Expected room");
    return pending;
  }

  /** Number of PADIs sent in `[from, to)`. */
  count(from: number, to: number): number {
    return this.sent.filter(({ at }) => at >= from && at < to).length;
  }
}

Deno.test("a burst passes at once, the rest at the rate and in order, and what does not fit is refused", () => {
  const bench = new Bench();
  const start = bench.clock.time;
  const taken = Array.from({ length: 1_000 }, (_, i) => bench.padi("a", i)).filter(Boolean);
  assertEquals(taken.length, LIMITS.padiBurst + PLACES);
  assertEquals(bench.sent.length, LIMITS.padiBurst);
  bench.clock.advance(LONGEST_WAIT);
  assertEquals(bench.sent.map(({ customer }) => customer), taken.map((_, i) => i));
  for (let at = start; at < start + LONGEST_WAIT - 100; at += 100) {
    const count = bench.count(at + 1, at + 101);
    assert(Math.abs(count - 10) <= 1, `${count} at ${at - start}`);
  }
  assertEquals([bench.shaper.size, bench.dropped], [0, []]);
});

Deno.test("an owner that floods delays others by a turn, and loses places to them", () => {
  const bench = new Bench();
  for (let i = 0; i < 5_000; i++) bench.padi("storm", i);
  for (let i = 0; i < 10; i++) assert(bench.padi("calm", i));
  assertEquals(bench.dropped, Array(10).fill("storm"));
  const before = bench.sent.length;
  bench.clock.advance(210);
  const turns = bench.sent.slice(before).map(({ owner }) => owner);
  assertEquals(turns, Array.from({ length: 10 }, () => ["storm", "calm"]).flat().concat("storm"));
  assertEquals(bench.padi("storm", 9_999), true); // there is room again
});

Deno.test("two owners that both flood share the places", () => {
  const bench = new Bench();
  for (let i = 0; i < 5_000; i++) {
    bench.padi("one", i);
    if (i > 1_000) bench.padi("two", i);
  }
  bench.clock.advance(LONGEST_WAIT);
  const shares = ["one", "two"].map((name) => bench.sent.filter(({ owner }) => owner === name));
  assert(Math.abs(shares[0].length - shares[1].length) <= LIMITS.padiBurst + 1);
});

Deno.test("a repetition is sent only once: not while the first waits, and not within a second after its turn", () => {
  const bench = new Bench();
  assert(bench.padi("a", 1));
  assertEquals(bench.padi("a", 1), false);
  bench.clock.advance(999);
  assertEquals(bench.padi("a", 1), false);
  bench.clock.advance(1);
  assert(bench.padi("a", 1));
  for (let i = 0; i < 300; i++) bench.padi("a", 100 + i);
  bench.clock.advance(2_000);
  assertEquals(bench.padi("a", 399), false); // has waited for two seconds
  bench.begun("a", 1).asked = -Infinity; // answered
  assert(bench.padi("a", 1));
});

Deno.test("the waiting PADIs of a lost owner are removed", () => {
  const bench = new Bench();
  for (let i = 0; i < 100; i++) bench.padi(i % 2 === 0 ? "a" : "b", i);
  bench.shaper.removeOwner(bench.owner("a"));
  const before = bench.sent.length;
  bench.clock.advance(LONGEST_WAIT);
  assertEquals(bench.sent.slice(before).some(({ owner }) => owner === "a"), false);
  assertEquals(bench.shaper.size, 0);
  assert(bench.padi("a", 1_000));
});
