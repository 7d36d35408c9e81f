import { assertEquals, assertLessOrEqual } from "@std/assert";
import { CODE_PADI } from "../../../src/pppoe/constants.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import {
  CLAIM,
  HostUniqTurns,
  LONGEST_HOLD,
} from "../../../src/proxy/discovery/host_uniq_turns.ts";
import { PendingDiscoveries } from "../../../src/proxy/discovery/pending.ts";
import { service, settle, uniq, within } from "../dial.ts";
import { CUSTOMER } from "../path.ts";
import { HostileClient } from "../raw_client.ts";

/** Times at which a host without an offer asks (RFC 2516 section 8), in milliseconds. */
const ASKS = [0, 5_000, 15_000, 35_000, 75_000];
const STEP = 250;

/** Clients that use the same Host-Uniq. */
class World {
  time = 0;
  readonly turns = new HostUniqTurns<string>(() => this.time);
  readonly table = new PendingDiscoveries<string>(
    { pendingDiscoveries: 1_000, timeout: 60_000 },
    () => this.time,
    (pending) => this.turns.forget("key", pending),
  );

  /** Makes a customer ask; returns whether it holds the Host-Uniq. */
  ask(owner: string, customer: number): boolean {
    const pending = this.table.begin(owner, owner, customer, undefined);
    if (pending === undefined) return false;
    if (pending.upstreamKey === undefined && this.turns.take("key", pending)) {
      pending.upstreamKey = "key";
    }
    return pending.upstreamKey !== undefined;
  }

  /**
   * Returns the milliseconds until an honest customer gets the value while hostile clients keep
   * asking.
   */
  attacked(clients: number): number {
    const start = this.time + 2_000;
    for (;; this.time += STEP) {
      for (let i = 0; i < clients; i++) {
        // The same customer continues, and new ones keep arriving.
        this.ask(`hostile-${i}`, 1);
        this.ask(`hostile-${i}`, 2 + this.time / STEP % 50);
      }
      const at = this.time - start;
      if (ASKS.includes(at) && this.ask("honest", 1)) return at;
      if (at > ASKS[ASKS.length - 1]) return Infinity;
    }
  }
}

for (const [clients, most] of [[1, 15_000], [2, 35_000], [3, 35_000]]) {
  Deno.test(`each of ${clients} hostile clients that keep asking for one Host-Uniq gets it once before an honest client`, () => {
    const world = new World();
    for (let dial = 0; dial < 5; dial++) {
      assertLessOrEqual(world.attacked(clients), most);
      world.time += LONGEST_HOLD;
    }
  });
}

Deno.test("a client that waits for a Host-Uniq and never returns blocks others only briefly", () => {
  const world = new World();
  assertEquals([world.ask("a", 1), world.ask("gone", 1)], [true, false]);
  world.time += 5_000; // the first is silent
  assertEquals(world.ask("a", 2), false);
  world.time += CLAIM + 1;
  assertEquals(world.ask("a", 2), true);
});

Deno.test("a client without competitors keeps a Host-Uniq while it uses it", () => {
  const world = new World();
  for (; world.time < 100_000; world.time += 1_000) {
    assertEquals(world.ask("a", 1), true);
    if (world.time > 0) assertEquals(world.ask("a", 2), false);
  }
  world.time += 5_000;
  assertEquals([world.ask("a", 2), world.ask("a", 1)], [true, false]);
});

Deno.test("guessed values are forgotten with their discoveries", () => {
  let time = 0;
  const turns = new HostUniqTurns<string>(() => time);
  const table = new PendingDiscoveries<string>(
    { pendingDiscoveries: 100, timeout: 60_000 },
    () => time,
    (pending) => turns.forget(pending.upstreamKey ?? "", pending),
  );
  for (let i = 0; i < 20_000; i++, time += 5) {
    for (const owner of ["a", "b"]) {
      const pending = table.begin(owner, owner, i, undefined);
      if (pending === undefined) continue;
      const key = `value-${i}`;
      if (turns.take(key, pending)) pending.upstreamKey = key;
    }
  }
  // One place per discovery, and per value that another client waited for in the last 25 s.
  assertLessOrEqual(turns.size, 100 + CLAIM / 5 + 1);
  time += 100_000;
  table.expire();
  time += CLAIM;
  const last = table.begin("a", "a", 1, undefined);
  if (last !== undefined) turns.take("last", last);
  assertEquals(turns.size, 1);
});

for (const hostUniq of ["preserve", { fixed: Uint8Array.of(0xfe, 0xed) }] as const) {
  const name = hostUniq === "preserve" ? "preserve" : "fixed";
  Deno.test(`host_uniq = ${name}: a client that guesses a customer's Host-Uniq delays its dial by at most 15 s`, () =>
    within({ clients: ["victim"], hostUniq }, async (path) => {
      const hostile = new HostileClient(path, "hostile");
      await settle();
      const [tags, source] = [[service, uniq(7)], 0x02_e0_00_00_00_01];
      const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      const passed: boolean[] = [];
      for (let at = -2_000; at <= 15_000; at += 1_000) {
        hostile.packet(CODE_PADI, tags, { source });
        await settle();
        path.ac.frames.length = 0;
        if (ASKS.includes(at)) {
          path.customers[0].send(padi, tags);
          await settle();
          passed.push(path.ac.frames.length > 0);
        }
        path.advance(1_000);
        await settle();
      }
      assertEquals(passed, [false, false, true]);
    }));
}
