import { assert, assertEquals } from "@std/assert";
import {
  InitialGate,
  type InitialRule,
  MAX_NETWORKS,
} from "../../../src/tunnel/quic/initial_gate.ts";

/** A gate with its own clock, and a model of the kernel that applies its rules. */
function openGate() {
  let now = 0;
  let turn = 0;
  let due = 0;
  let timers: { at: number; run: () => void }[] = [];
  const rules: { at: number; rule: InitialRule }[] = [];
  const world = {
    known: ["192.0.2.1"] as readonly string[],
    handshaking: [] as [string, number, number][],
    passed: 0,
    floods: [] as (number | undefined)[],
  };
  const gate = new InitialGate({
    apply: (rule) => void rules.push({ at: now, rule }),
    known: () => world.known,
    handshaking: () => world.handshaking,
    flooded: (perSecond) => void world.floods.push(perSecond),
    now: () => now,
    later: (milliseconds, run) => void timers.push({ at: now + milliseconds, run }),
  });
  const rule = () => rules.at(-1)?.rule ?? { share: 1, networks: [], complete: true };
  /** Advances time, with this rate of first packets per second from unknown networks. */
  const pass = (milliseconds: number, perSecond: number): void => {
    for (const end = now + milliseconds; now < end; now++) {
      for (const { at, run } of timers.toSorted((one, other) => one.at - other.at)) {
        if (at > now) continue;
        timers = timers.filter((timer) => timer.run !== run);
        run();
      }
      for (due += perSecond / 1_000; due >= 1; due--) {
        // Passes every n-th packet: the share without randomness.
        turn = (turn + 0.618_033_988_749_895) % 1;
        if (turn >= rule().share) continue;
        world.passed++;
        gate.arrived(false);
      }
    }
  };
  return { gate, world, rules, rule, pass, timers: () => timers.length };
}

for (const perSecond of [1_000, 5_000, 50_000, 500_000]) {
  Deno.test(`S7: of ${perSecond} first packets a second about 200 reach the process`, () => {
    const { world, pass } = openGate();
    pass(200, perSecond);
    // Until the flood is noticed and the filter has changed.
    assert(world.passed <= 128 + perSecond * 0.025 + 60, `${world.passed} in the first 200 ms`);
    pass(2_000, perSecond);
    world.passed = 0;
    pass(5_000, perSecond);
    assert(world.passed > 5 * 150 && world.passed < 5 * 260, `${world.passed} in 5 s`);
  });
}

Deno.test("S7: clients that all return at once meet a closed gate only briefly", () => {
  const { gate, pass, rule, timers } = openGate();
  pass(100, 5_000);
  assert(rule().share < 0.1);
  pass(10_000, 0);
  assertEquals([gate.share, rule().share], [1, 1]);
  pass(1_000, 100);
  assertEquals(rule().share, 1);
  pass(2_000, 0);
  assertEquals(timers(), 0); // a quiet gate has nothing to do
});

Deno.test("S7: an open gate accepts everything at a normal rate", () => {
  const { world, rules, pass } = openGate();
  pass(10_000, 150);
  assertEquals([world.passed > 1_000, rules], [true, []]);
});

Deno.test("S7: the filter lists networks of clients and handshakes, except those with too many", () => {
  const { gate, world, rule, pass } = openGate();
  world.known = ["192.0.2.1", "192.0.2.2"];
  world.handshaking = [["198.51.100.1", 4, 4], ["198.51.100.2", 5, 4], ["192.0.2.2", 33, 32]];
  pass(500, 5_000);
  assertEquals(rule().networks, ["198.51.100.1", "192.0.2.1"]);
  world.handshaking.push(["198.51.100.3", 1, 4]);
  gate.changed();
  pass(21, 0);
  assert(rule().networks.includes("198.51.100.3"));
});

Deno.test("S7: if there are more networks than fit the filter, it gets the latest", () => {
  const { world, rule, pass } = openGate();
  world.known = Array.from({ length: 2 * MAX_NETWORKS }, (_, i) => `client ${i}`);
  world.handshaking = [["198.51.100.1", 1, 4]];
  pass(500, 5_000);
  const { networks, complete } = rule();
  assertEquals([networks.length, complete], [MAX_NETWORKS, false]);
  assertEquals(networks.slice(0, 2), ["198.51.100.1", `client ${2 * MAX_NETWORKS - 1}`]);
});

Deno.test("S7: filters change at most every 20 ms, however fast handshakes begin and end", () => {
  const { gate, world, rules, pass } = openGate();
  pass(500, 5_000);
  for (let i = 0; i < 1_000; i++) {
    world.handshaking = [[`198.51.100.${i % 256}`, 1, 4]];
    gate.changed();
    pass(1, 5_000);
  }
  const gaps = rules.slice(1).map(({ at }, i) => at - rules[i].at);
  assert(gaps.every((gap) => gap >= 20), `${gaps}`);
  assert(rules.length > 40);
});

Deno.test("S7: a flood is reported when it begins and when it is over", () => {
  const { world, pass } = openGate();
  pass(5_000, 5_000);
  assertEquals(world.floods.length, 1);
  const perSecond = world.floods[0] ?? 0;
  assert(perSecond > 4_000 && perSecond < 6_000, `${perSecond}`);
  pass(10_000, 0);
  assertEquals(world.floods, [perSecond, undefined]);
});

Deno.test("a closed gate makes no more changes", () => {
  const { gate, rules, pass } = openGate();
  pass(500, 5_000);
  gate.close();
  const before = rules.length;
  gate.changed();
  pass(5_000, 5_000);
  assertEquals(rules.length, before);
});
