import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import { PadiPacer } from "../../../src/proxy/discovery/padi_pacer.ts";
import { type Pending, PendingDiscoveries } from "../../../src/proxy/discovery/pending.ts";
import { Clock } from "../clock.ts";

interface Ac {
  /** Whether it answers a PADI that arrives now. */
  takes: (now: number, customer: number) => boolean;
  /** Milliseconds. */
  delay: number;
}

/** accel-ppp's `padi-limit`: a PADI within this time after an answered one is ignored. */
function oncePer(milliseconds: number): Ac {
  let taken = -Infinity;
  return {
    delay: 2,
    takes: (now) => {
      if (now - taken < milliseconds) return false;
      taken = now;
      return true;
    },
  };
}

/** A token bucket with this rate per second. */
function perSecond(rate: number): Ac {
  let [tokens, at] = [rate, 0];
  return {
    delay: 2,
    takes: (now) => {
      tokens = Math.min(rate, tokens + (now - at) * rate / 1_000);
      at = now;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}

/** Customers that ask after 0, 5, 15 and 35 seconds until they get an offer. */
class World {
  readonly clock = new Clock();
  readonly start = this.clock.time;
  /** Milliseconds after which each customer got its offer. */
  readonly offered = new Map<number, number>();
  readonly sent: { at: number; customer: number }[] = [];
  readonly pacer: PadiPacer<string>;
  #table = new PendingDiscoveries<string>(
    { pendingDiscoveries: 4096, timeout: 60_000 },
    () => this.clock.time,
    (pending) => this.pacer.forget(pending),
  );

  constructor(ac: Ac) {
    this.pacer = new PadiPacer({
      now: () => this.clock.time,
      later: (milliseconds, run) => this.clock.later(milliseconds, run),
      send: (pending) => {
        this.sent.push({ at: this.clock.time - this.start, customer: pending.customer });
        if (!ac.takes(this.clock.time, pending.customer)) return;
        this.clock.later(ac.delay, () => this.#answer(pending));
      },
    });
  }

  dial(customer: number, owner = "a"): void {
    let wait = 5_000;
    const ask = (): void => {
      if (this.offered.has(customer) || wait > 40_000) return;
      this.padi(customer, owner);
      this.clock.later(wait, ask);
      wait *= 2;
    };
    ask();
  }

  padi(customer: number, owner: string): void {
    const known = this.#table.find(owner, customer, undefined);
    if (known !== undefined && this.pacer.renewed(known)) {
      return void this.#table.begin(owner, owner, customer, undefined);
    }
    if (known !== undefined && this.clock.time - known.asked < 1_000) return;
    const pending = this.#table.begin(owner, owner, customer, undefined);
    if (pending !== undefined) this.pacer.submit(pending, new Uint8Array(60));
  }

  #answer(pending: Pending<string>): void {
    pending.asked = -Infinity;
    this.pacer.answered(pending);
    if (this.offered.has(pending.customer)) return;
    this.offered.set(pending.customer, this.clock.time - this.start);
  }

  get last(): number {
    return Math.max(...this.offered.values());
  }
}

function crowd(ac: Ac, size: number, seconds: number): World {
  const world = new World(ac);
  for (let i = 0; i < size; i++) world.dial(i);
  world.clock.advance(seconds * 1_000);
  return world;
}

Deno.test("M1: 30 customers of an AC that answers one PADI a second all get offers within 40 s", () => {
  const world = crowd(oncePer(1_000), 30, 60);
  assertEquals(world.offered.size, 30);
  assertLess(world.last, 40_000);
  assertLess(world.sent.length, 100);
});

Deno.test("M1: the same holds when they arrive one after the other", () => {
  const world = new World(oncePer(1_000));
  for (let i = 0; i < 30; i++) world.clock.later(i * 300, () => world.dial(i));
  world.clock.advance(70_000);
  assertEquals(world.offered.size, 30);
  assertLess(world.last, 45_000);
});

Deno.test("M1: an AC that answers one PADI in 2 seconds is asked even more slowly", () => {
  const world = crowd(oncePer(2_000), 15, 75);
  assertEquals(world.offered.size, 15);
});

Deno.test("M1: an AC that answers 20 PADIs a second is asked increasingly fast", () => {
  const world = crowd(perSecond(20), 300, 75);
  assertEquals(world.offered.size, 300);
  assertLess(world.last, 60_000);
});

Deno.test("an AC without a limit is asked at once, slow or not, and no PADI is resent needlessly", () => {
  for (const delay of [2, 900, 3_000]) {
    const world = crowd({ takes: () => true, delay }, 1_000, 60);
    assertEquals([world.offered.size, world.last], [1_000, delay]);
    assertLessOrEqual(world.sent.length, 1_003);
    assertEquals(world.pacer.size, 0);
  }
});

Deno.test("PADIs lost by chance do not slow others down", () => {
  let count = 0;
  const world = crowd({ takes: () => ++count % 100 !== 0, delay: 2 }, 1_000, 60);
  assertEquals(world.offered.size, 1_000);
  world.dial(5_000);
  assertEquals(world.pacer.isPacing, false);
  assertLess(world.last, 15_000);
});

Deno.test("a PADI that an otherwise answering AC ignores is sent once a second and slows no other down", () => {
  const world = new World({ takes: (_, customer) => customer !== 13, delay: 2 });
  for (let i = 0; i < 20; i++) world.clock.later(i * 5_000, () => world.dial(100 + i));
  world.dial(13);
  world.clock.advance(100_000);
  const own = world.sent.filter(({ customer }) => customer === 13).length;
  assertGreater(own, 4);
  assertLessOrEqual(own, 70);
  assertEquals([world.offered.size, world.pacer.isPacing, world.pacer.size], [20, false, 0]);
});

Deno.test("4,000 discoveries that no AC answers add one PADI a second, and others get offers at once", () => {
  const world = new World({ takes: (_, customer) => customer < 4_000, delay: 2 });
  world.dial(0, "b");
  for (let i = 0; i < 4_000; i++) world.dial(4_000 + i);
  world.clock.advance(4_000);
  assertLessOrEqual(world.sent.length, 4_001 + 4);
  world.dial(1, "b");
  world.clock.advance(100);
  assertEquals(world.offered.has(1), true);
  world.clock.advance(120_000);
  assertEquals(world.pacer.size, 0);
});

Deno.test("if no AC answers at all, only customers themselves ask again", () => {
  const world = crowd({ takes: () => false, delay: 2 }, 10, 100);
  assertEquals(world.sent.length, 40);
  assertEquals(world.pacer.size, 0);
});

Deno.test("of two owners at a limited AC each gets its turns, however much the other asks for", () => {
  const world = new World(oncePer(1_000));
  for (let i = 0; i < 200; i++) world.dial(i, "many");
  world.clock.advance(5_000);
  assertEquals(world.pacer.isPacing, true);
  for (let i = 0; i < 5; i++) world.dial(1_000 + i, "few");
  world.clock.advance(20_000);
  for (let i = 0; i < 5; i++) assertEquals(world.offered.has(1_000 + i), true);
});
