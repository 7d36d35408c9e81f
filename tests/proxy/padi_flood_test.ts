/** PADIs at 10,000 a second, next to customers that only want to dial. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { CODE_PADI, CODE_PADO } from "../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { FairQueue, Standing } from "../../src/proxy/discovery/fair_queue.ts";
import { PadiShaper } from "../../src/proxy/discovery/padi_shaper.ts";
import { PendingDiscoveries } from "../../src/proxy/discovery/pending.ts";
import { Strangers } from "../../src/proxy/discovery/strangers.ts";
import { Clock } from "./clock.ts";
import { dial, service, settle, uniq, within } from "./dial.ts";
import { AC, CUSTOMER, WAN } from "./path.ts";
import { HostileClient } from "./raw_client.ts";
import { takePackets } from "./segment.ts";

const LIMITS = { padiRate: 200, padiBurst: 50, padiRatePerMac: 2, padiBurstPerMac: 5 };
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A shaper flooded by one owner; records when each address's PADI was sent. */
class Flooded {
  readonly clock = new Clock();
  readonly sent = new Map<Mac, number>();
  sum = 0;
  readonly shaper: PadiShaper<object>;
  readonly owner = {};
  #pending = new PendingDiscoveries<object>(
    { pendingDiscoveries: 4_096, timeout: 60_000 },
    () => this.clock.time,
  );
  #addresses: () => Mac;

  constructor(addresses: () => Mac) {
    this.#addresses = addresses;
    this.shaper = new PadiShaper<object>({
      limits: LIMITS,
      now: () => this.clock.time,
      later: (milliseconds, run) => this.clock.later(milliseconds, run),
      strangers: 1 << 18,
      hasSession: () => false,
      randomBytes,
      send: ({ customer }) => {
        this.sum++;
        this.sent.set(customer, this.clock.time);
      },
      dropped: (pending) => this.#pending.removeUnasked(pending),
      sent() {},
    });
  }

  padi(customer: Mac, owner = this.owner): void {
    const known = this.#pending.find("a", customer, undefined);
    if (this.shaper.repeats(known) || !this.shaper.admits(owner, customer)) return;
    const pending = this.#pending.begin(owner, "a", customer, undefined);
    if (pending !== undefined) this.shaper.submit(pending, new Uint8Array(60));
  }

  pass(milliseconds: number): void {
    for (let time = 0; time < milliseconds; time++) {
      for (let i = 0; i < 10; i++) this.padi(this.#addresses());
      this.clock.advance(1);
    }
  }
}

const anyAddress = () => 0x02_00_00_00_00_00 + Math.floor(Math.random() * 0xff_ffff_ffff);

/**
 * Returns how many of `count` new customers had a PADI sent in time for its answer, by try; hosts
 * try again after 5 and 10 more seconds (RFC 2516 section 8).
 */
function newcomers(flooded: Flooded, count: number): number[] {
  const left = new Set(Array.from({ length: count }, (_, i) => 0x06_00_00_00_00_00 + i * 0x10001));
  flooded.pass(10_000);
  return [5_000, 10_000, 8_000].map((wait) => {
    for (const mac of left) {
      flooded.padi(mac);
      flooded.pass(Math.floor(2_000 / count));
    }
    flooded.pass(wait - 2_000);
    for (const mac of left) if (flooded.sent.has(mac)) left.delete(mac);
    return count - left.size;
  });
}

Deno.test("C4: despite 10,000 PADIs a second from forged addresses, every new customer gets through when it asks again", () => {
  const flooded = new Flooded(anyAddress);
  const [first, second, third] = newcomers(flooded, 100);
  assert(second >= 95, `${first}, ${second}, ${third} of 100`);
  assert(third >= 99, `${first}, ${second}, ${third} of 100`);
  assertLessOrEqual(flooded.sum, 50 + 0.2 * (flooded.clock.time - 1_000_000));
});

for (const addresses of [1, 100, 1_000, 3_000]) {
  Deno.test(`C4: despite 10,000 PADIs a second, repeated from ${addresses} addresses, new customers get through`, () => {
    let next = 0;
    const flooded = new Flooded(() => 0x02_00_00_00_00_00 + next++ % addresses);
    flooded.pass(20_000);
    const tries = newcomers(flooded, 100);
    assert(tries[1] >= 95, `${tries} of 100`);
  });
}

Deno.test("C4: known customers do not wait for a flood, keep their rate, and leave strangers a share", () => {
  const flooded = new Flooded(anyAddress);
  const known = Array.from({ length: 300 }, (_, i) => 0x06_00_00_00_00_00 + i);
  for (const mac of known) flooded.shaper.completed(flooded.owner, mac);
  flooded.pass(10_000);
  const began = flooded.clock.time;
  for (const mac of known) flooded.padi(mac);
  flooded.pass(4_000);
  const times = known.map((mac) => (flooded.sent.get(mac) ?? Infinity) - began);
  assertLessOrEqual(Math.max(...times), 3_000);
  // A customer that keeps asking gets five at once, then two a second.
  const busy = known[7];
  const before = flooded.sum;
  let passed = 0;
  for (let i = 0; i < 1_000; i++) {
    const last = flooded.sent.get(busy);
    flooded.padi(busy);
    flooded.pass(10);
    if (flooded.sent.get(busy) !== last) passed++;
  }
  assertLessOrEqual(passed, 5 + 20);
  assert(flooded.sum - before > 1_900);
});

Deno.test("C4: while one client floods its tunnel, another client's customers dial as usual", () =>
  within({ clients: ["calm"], limits: { ...LIMITS, pendingDiscoveries: 4_096 } }, async (path) => {
    const hostile = new HostileClient(path, "hostile");
    await settle();
    let asked = 0;
    let offered = 0;
    for (let turn = 0; turn < 800; turn++) {
      for (let i = 0; i < 100; i++) {
        hostile.packet(CODE_PADI, [service], { source: anyAddress() });
      }
      if (turn > 300 && turn % 10 === 0) {
        asked++;
        const padi = { destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
        path.customers[0].send({ ...padi, source: CUSTOMER + turn }, [service, uniq(turn)]);
      }
      path.advance(10);
      await settle();
      for (const { code, source, list } of takePackets(path.ac)) {
        if (code !== CODE_PADI) continue;
        path.ac.send({ destination: source, source: AC, code: CODE_PADO, sessionId: 0 }, list);
      }
      await settle();
      offered += takePackets(path.customers[0]).length;
    }
    assert(asked >= 49 && offered >= asked - 1, `${offered} of ${asked}`);
    assertLessOrEqual(path.server.pending(), 4_096);
  }));

Deno.test("C4: during a flood on a LAN, a customer that has had a session dials at once", () =>
  within({ limits: { ...LIMITS, pendingDiscoveries: 4_096 } }, async (path) => {
    await dial(path, { id: 7 });
    path.ac.send({ destination: WAN, source: AC, code: 0xa7, sessionId: 7 }, []);
    await path.customers[0].packet();
    const padi = { destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    let took = Infinity;
    for (let turn = 0; turn < 600 && took === Infinity; turn++) {
      for (let i = 0; i < 100; i++) {
        path.customers[0].send({ ...padi, source: anyAddress() }, [service]);
      }
      if (turn === 500) path.customers[0].send({ ...padi, source: CUSTOMER }, [service, uniq(9)]);
      path.advance(10);
      await settle();
      for (const { code, source, list } of takePackets(path.ac)) {
        if (code !== CODE_PADI) continue;
        path.ac.send({ destination: source, source: AC, code: CODE_PADO, sessionId: 0 }, list);
      }
      await settle();
      const mine = takePackets(path.customers[0]).some((it) => it.destination === CUSTOMER);
      if (mine) took = (turn - 500) * 10;
    }
    assertLessOrEqual(took, 100);
  }));

Deno.test("C4: strangers are remembered during a flood for as long as they need to ask again", () => {
  const strangers = new Strangers(1 << 18, randomBytes);
  const macs = Array.from({ length: 1_000 }, (_, i) => 0x06_00_00_00_00_00 + i);
  for (const mac of macs) strangers.seen(mac, 1_000_000);
  for (let i = 0; i < 50_000; i++) strangers.seen(anyAddress(), 1_000_000 + i / 10);
  const back = macs.filter((mac) => strangers.encounter(mac, 1_005_000) === "seen");
  assert(back.length > 950, `${back.length}`);
  assertEquals(strangers.encounter(macs[0], 1_000_500), "new"); // too soon for a host's repetition
  assertEquals(strangers.encounter(macs[0], 1_200_000), "new");
  strangers.served(macs[0], 1_005_000);
  assertEquals(strangers.encounter(macs[0], 1_006_000), "served");
});

Deno.test("property: a fair queue loses nothing, stays within its places and serves owners in turn", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constant("push"), fc.nat(3), fc.nat(3)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("shift"), fc.nat(3), fc.nat(3)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("remove"), fc.nat(3), fc.nat(3)) },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(step, { maxLength: 200 }),
      (places, steps) => {
        const queue = new FairQueue<number, { owner: number; standing: number }>(() => 0.5);
        const model = new Map<object, number>(); // waiting items, by owner
        const count = (owner: number) => [...model.values()].filter((it) => it === owner).length;
        for (const [what, owner, standing] of steps) {
          if (what === "push") {
            if (!queue.accepts(owner, standing as Standing, places)) continue;
            const item = { owner, standing };
            const victim = queue.push(owner, standing as Standing, item, places);
            if (victim !== undefined) {
              assert(model.delete(victim), "the item was waiting");
              // The victim's owner has more, or the victim has a lower standing or exceeds its
              // share.
              assert(victim.owner === owner || count(victim.owner) > count(owner));
            }
            model.set(item, owner);
          } else if (what === "shift") {
            const item = queue.shift();
            assertEquals(item === undefined, model.size === 0);
            if (item !== undefined) assert(model.delete(item), "the item was waiting");
          } else {
            queue.removeOwner(owner);
            for (const [item, of] of model) if (of === owner) model.delete(item);
          }
          assertEquals(queue.size, model.size);
          assertLessOrEqual(queue.size, places);
        }
      },
    ),
    { numRuns: 500 },
  );
});
