import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { Backoff } from "../../src/daemon/backoff.ts";
import { FrameTable } from "../../src/proxy/session/frame_table.ts";
import { CustomerRates } from "../../src/limits/customer_rates.ts";
import { PendingDiscoveries } from "../../src/proxy/discovery/pending.ts";
import { Requesters } from "../../src/proxy/discovery/requesters.ts";
import { TokenSigner } from "../../src/proxy/discovery/token.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

Deno.test("the frame table finds what a Map would find, after any inserts and removals", () => {
  // Few addresses and ids, so that chains form and gaps are closed within them.
  const key = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(40));
  const step = fc.tuple(fc.boolean(), key);
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const table = new FrameTable();
    const model = new Map<string, number>();
    const view = new DataView(new ArrayBuffer(20));
    const aim = ([a, b, id]: [number, number, number]): string => {
      view.setUint32(0, a * 0x01010101);
      view.setUint32(4, 0xffff_0000 + b);
      view.setUint32(8, a ^ b);
      view.setUint16(16, id);
      return `${a} ${b} ${id}`;
    };
    steps.forEach(([add, words], value) => {
      const name = aim(words);
      if (!add) {
        table.remove(view, 0);
        model.delete(name);
      } else if (!model.has(name)) {
        table.insert(view, 0, value);
        model.set(name, value);
      }
    });
    assertEquals(table.size, model.size);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        for (let id = 0; id <= 40; id++) {
          const name = aim([a, b, id]);
          assertEquals(table.lookup(view, 0), model.get(name) ?? -1, name);
        }
      }
    }
  }));
});

Deno.test("a value of the frame table can be used again for another header", () => {
  const table = new FrameTable();
  const view = new DataView(new ArrayBuffer(20));
  const aim = (id: number) => view.setUint16(16, id);
  for (let id = 1; id <= 40; id++) {
    aim(id);
    table.insert(view, 0, 7);
    assertEquals(table.lookup(view, 0), 7);
    aim(id + 1);
    assertEquals(table.lookup(view, 0), -1);
    aim(id);
    table.remove(view, 0);
    assertEquals([table.size, table.lookup(view, 0)], [0, -1]);
  }
});

Deno.test("the frame table distinguishes ten thousand sessions", () => {
  const table = new FrameTable();
  const view = new DataView(new ArrayBuffer(20));
  const aim = (i: number) => {
    view.setUint32(8, i >>> 4);
    view.setUint16(16, i & 15);
  };
  for (let i = 0; i < 10_000; i++) {
    aim(i);
    table.insert(view, 0, i);
  }
  for (let i = 0; i < 10_000; i++) {
    aim(i);
    assertEquals(table.lookup(view, 0), i);
  }
});

Deno.test("property: a token hides its number and gives it back, and tokens of one number share nothing", () => {
  fc.assert(fc.property(fc.nat(0xffff), fc.nat(0xffff), (number, other) => {
    const signer = new TokenSigner(random);
    const tokens = [number, number, other].map((each) => signer.signer("request", each));
    assertEquals(tokens.map((token) => signer.verify(token, "request")), [true, true, true]);
    assertEquals(tokens.map((token) => signer.number(token)), [number, number, other]);
    assertEquals(new Set(tokens.map((token) => token.toHex())).size, 3);
  }));
  const signer = new TokenSigner(random);
  const ends = new Set<string>();
  for (let i = 0; i < 100; i++) ends.add(signer.signer("request", 7).subarray(6, 8).toHex());
  assertLess(90, ends.size);
});

Deno.test("more clients than two bytes can number share the last number", () => {
  const requesters = new Requesters();
  const numbers = new Set<number>();
  for (let i = 0; i < 70_000; i++) numbers.add(requesters.named(`client ${i}`).number);
  assertEquals([numbers.size, Math.max(...numbers)], [65_536, 65_535]);
  assertEquals(requesters.named("client 9"), requesters.numbered(9));
  assertEquals(requesters.numbered(65_535), requesters.named("client 69999"));
});

Deno.test("a token is valid only for its binding, and no bit of it can be changed", () => {
  const signer = new TokenSigner(random);
  const token = signer.signer("request");
  assertEquals(signer.verify(token, "request"), true);
  assertEquals(signer.verify(token, "another"), false);
  assertEquals(new TokenSigner(random).verify(token, "request"), false);
  for (let bit = 0; bit < token.length * 8; bit++) {
    const forged = token.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    assertEquals(signer.verify(forged, "request"), false);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    assertEquals(signer.verify(bytes, "request"), false);
  }));
});

Deno.test("PADIs are limited per address, and the limit recovers with time", () => {
  let time = 0;
  const limiter = new CustomerRates({ rate: 2, burst: 3 }, () => time, random);
  const owner = {};
  const burst = (mac: number, count: number) =>
    Array.from({ length: count }, () => limiter.take(owner, mac)).filter(Boolean).length;
  assertEquals([burst(1, 10), burst(2, 10)], [3, 3]);
  time += 500;
  assertEquals(burst(1, 10), 1);
  time += 60_000;
  assertEquals(burst(1, 10), 3);
});

Deno.test("delays double up to the cap, are spread by jitter, and start over after a stable tunnel", () => {
  const options = { base: 500, cap: 4000, reset: 60_000 };
  const worst = new Backoff(options, () => 0.999999);
  const delays = Array.from({ length: 6 }, () => Math.round(worst.next(0)));
  assertEquals(delays, [500, 1000, 2000, 4000, 4000, 4000]);
  assertEquals(Math.round(worst.next(59_999)), 4000);
  assertEquals(Math.round(worst.next(60_000)), 500);
  assertEquals(new Backoff(options, () => 0).next(0), 0);
});

Deno.test("discoveries differ by client, address and Host-Uniq, including absent and empty ones", () => {
  const pending = new PendingDiscoveries<string>(
    { pendingDiscoveries: 100, timeout: 1000 },
    () => 0,
  );
  const keys = ["a", "b"].flatMap((owner) =>
    [1, 2].flatMap((mac) =>
      [undefined, new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(0, 0)].map((uniq) =>
        pending.begin(owner, owner, mac, uniq)?.key
      )
    )
  );
  assertEquals(new Set(keys).size, 16);
  assertEquals(pending.begin("a", "a", 1, undefined)?.key, keys[0]);
  assertEquals(pending.size, 16);
});

Deno.test("discoveries are bounded, expire after their last use, and are removed with their owner", () => {
  let time = 0;
  const forgotten: string[] = [];
  const pending = new PendingDiscoveries<string>(
    { pendingDiscoveries: 2, timeout: 1000 },
    () => time,
    ({ key }) => void forgotten.push(key),
  );
  const first = pending.begin("a", "a", 1, undefined);
  pending.begin("b", "b", 2, undefined);
  assertEquals(pending.begin("a", "a", 3, undefined), undefined);
  time = 900;
  assertEquals(pending.begin("a", "a", 1, undefined), first);
  time = 1001;
  assertEquals(pending.find("b", 2, undefined), undefined);
  assertEquals(pending.find("a", 1, undefined), first);
  pending.removeOwner("a");
  assertEquals([pending.size, forgotten.length], [0, 2]);
});

Deno.test("a full table of discoveries evicts a settled one first, then one silent for 5 s", () => {
  let time = 0;
  const pending = new PendingDiscoveries<string>(
    { pendingDiscoveries: 2, timeout: 60_000 },
    () => time,
  );
  const silent = pending.begin("a", "a", 1, undefined);
  time = 4_000;
  const settled = pending.begin("a", "a", 2, undefined);
  pending.settle(settled as NonNullable<typeof settled>);
  const third = pending.begin("a", "a", 3, undefined);
  assertEquals(pending.find("a", 2, undefined), undefined);
  assertEquals(pending.find("a", 1, undefined), silent);
  assertEquals(pending.begin("a", "a", 4, undefined), undefined);
  time = 5_000;
  assertEquals(pending.begin("a", "a", 4, undefined)?.customer, 4);
  assertEquals(pending.find("a", 1, undefined), undefined);
  assertEquals(pending.find("a", 3, undefined), third);
});

Deno.test("a settled discovery that starts again is not evicted early", () => {
  const pending = new PendingDiscoveries<string>(
    { pendingDiscoveries: 1, timeout: 60_000 },
    () => 0,
  );
  const first = pending.begin("a", "a", 1, undefined);
  pending.settle(first as NonNullable<typeof first>);
  assertEquals(pending.begin("a", "a", 1, undefined), first);
  assertEquals(pending.begin("a", "a", 2, undefined), undefined);
});

Deno.test("C4: when all places are taken, the owner with the most discoveries in progress loses one", () => {
  const pending = new PendingDiscoveries<string>(
    { pendingDiscoveries: 10, timeout: 60_000 },
    () => 0,
  );
  const begun = (owner: string, mac: number) =>
    pending.begin(owner, owner, mac, undefined) !== undefined;
  assertEquals(Array.from({ length: 20 }, (_, i) => begun("storm", i)).indexOf(false), 10);
  assertEquals([begun("calm", 1), begun("calm", 2), begun("storm", 99)], [true, true, false]);
  assertEquals(pending.size, 10);
  assertEquals(pending.find("storm", 0, undefined), undefined); // its oldest
  for (let i = 3; i < 20; i++) begun("calm", i);
  const left = Array.from({ length: 20 }, (_, i) => pending.find("calm", i, undefined));
  assertEquals(left.filter((it) => it !== undefined).length, 5);
  pending.removeOwner("storm");
  assertEquals(pending.size, 5);
});
