import { assert, assertEquals } from "@std/assert";
import { CODE_PADI } from "../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { Backoff } from "../../src/daemon/backoff.ts";
import { CustomerRates } from "../../src/limits/customer_rates.ts";
import type { ProxyLimits } from "../../src/proxy/session/proxy_options.ts";
import { Failover } from "../../src/daemon/failover.ts";
import { SharedRate } from "../../src/limits/shared_rate.ts";
import { Admission } from "../../src/tunnel/admission/admission.ts";
import { Reputation } from "../../src/tunnel/admission/reputation.ts";
import { StartPace } from "../../src/tunnel/admission/start_pace.ts";
import { dial, service, settle, uniq, within } from "./dial.ts";
import type { Path } from "./path.ts";

const LIMITS: ProxyLimits = {
  sessions: 100,
  sessionsPerCustomer: 100,
  sessionsOf: () => 100,
  pendingDiscoveries: 100,
  timeout: 60_000,
  padiRatePerMac: 10,
  padiBurstPerMac: 20,
  padiRate: 100,
  padiBurst: 200,
};

/** Sends PADIs of `count` customers; returns the server's drops by reason. */
async function ask(path: Path, count: number, from = 0): Promise<Record<string, number>> {
  const [wire] = path.customers;
  const before = { ...path.server.drops };
  for (let i = 0; i < count; i++) {
    const source: Mac = 0x02_00_00_00_10_00 + from + i;
    const head = { source, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    wire.send(head, [service, uniq(i)]);
  }
  await settle();
  return Object.fromEntries(
    Object.entries(path.server.drops).map(([reason, drops]): [string, number] => [
      reason,
      drops - (before[reason] ?? 0),
    ]).filter(([, drops]) => drops > 0),
  );
}

const CASES: [name: string, limits: Partial<ProxyLimits>, dropped: Record<string, number>][] = [
  ["sessions", { sessions: 1 }, { "session-limit": 3 }],
  ["sessions of a client", { sessionsOf: () => 1 }, { "session-limit": 3 }],
  ["discoveries in progress", { pendingDiscoveries: 1 }, { "pending-limit": 2 }],
];

for (const [name, limits, dropped] of CASES) {
  Deno.test(`a running server applies new limits: ${name}`, () =>
    within({}, async (path) => {
      await dial(path);
      assertEquals(await ask(path, 3), {});
      path.advance(70_000);
      path.server.proxy.reconfigure({ ...LIMITS, ...limits });
      assertEquals(await ask(path, 3, 100), dropped);
      path.advance(70_000);
      path.server.proxy.reconfigure(LIMITS);
      assertEquals(await ask(path, 3, 200), {});
    }));
}

Deno.test("a running client applies new rates of PADIs", () =>
  within({}, async (path) => {
    const [client] = path.clients;
    const padis = async (from: number): Promise<number> => {
      const before = client.drops["padi-rate"] ?? 0;
      const source: Mac = 0x02_00_00_00_20_00 + from;
      const head = { source, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      for (let i = 0; i < 30; i++) path.customers[0].send(head, [service, uniq(i)]);
      await settle();
      return 30 - ((client.drops["padi-rate"] ?? 0) - before);
    };
    assertEquals(await padis(0), 20);
    client.proxy.reconfigure({ ...LIMITS, padiBurstPerMac: 3, padiRatePerMac: 1 });
    path.advance(60_000);
    assertEquals(await padis(1), 3);
  }));

Deno.test("new rates apply at once, and tokens already taken still count", () => {
  const owner = {};
  const customers = new CustomerRates({ rate: 1, burst: 2 }, () => 0, (n) => new Uint8Array(n));
  const shared = new SharedRate({
    floor: { rate: 1, burst: 1 },
    each: { rate: 1, burst: 1 },
    all: { rate: 1, burst: 1 },
  });
  const taken = () => [customers.take(owner, 1), shared.take(owner, 0)];
  assertEquals([taken(), taken(), taken()], [[true, true], [true, true], [false, false]]);
  customers.reconfigure({ rate: 1, burst: 3 });
  const more = { rate: 1, burst: 2 };
  shared.reconfigure({ floor: more, each: more, all: more });
  assertEquals([taken(), taken()], [[true, true], [false, true]]);
});

Deno.test("after a rate is raised no customer waits as long as the old rate demanded", () => {
  const owner = {};
  let now = 0;
  const [slow, fast] = [{ rate: 1, burst: 50 }, { rate: 100, burst: 50 }];
  const customers = new CustomerRates(slow, () => now, (n) => new Uint8Array(n));
  const shared = new SharedRate({ floor: slow, each: slow, all: slow });
  while (customers.take(owner, 1));
  while (shared.take(owner, now));
  customers.reconfigure(fast);
  shared.reconfigure({ floor: fast, each: fast, all: fast });
  assertEquals([customers.take(owner, 1), shared.take(owner, now)], [false, false]);
  now = 10;
  assertEquals([customers.take(owner, 1), shared.take(owner, now)], [true, true]);
});

Deno.test("a running server applies new limits of connections before login", () => {
  const limits = { unauthenticated: 16, perAddress: 4, handshakeRate: 1 };
  const now = () => 0;
  const admission = new Admission(limits, {
    reputation: new Reputation(now),
    now,
    random: () => 1,
  });
  const guest = { displace() {}, hasSpoken: () => true };
  const enter = (count: number, host: string) => {
    for (let i = 0; i < count; i++) admission.enter(host, guest);
    return admission.size;
  };
  assertEquals(enter(40, "10.0.0.1"), 4);
  admission.reconfigure({ ...limits, perAddress: 8 });
  assertEquals(enter(40, "10.0.0.2"), 12);
});

Deno.test("a running server applies a new rate of handshakes", () => {
  const pace = new StartPace(1, () => 0);
  while (pace.take("new"));
  const slow = pace.wait("new");
  pace.reconfigure(100);
  assert(pace.wait("new") < slow / 50);
});

Deno.test("a running client applies new settings of reconnecting and of changing servers", () => {
  const backoff = new Backoff({ base: 1, cap: 10, reset: 1_000 }, () => 1);
  backoff.reconfigure({ base: 500, cap: 500, reset: 1_000 });
  assertEquals(backoff.next(0), 500);
  const choice = new Failover(2, { failoverAfter: 1_000, failbackAfter: 0 });
  choice.connected(1);
  choice.lost(0, true);
  assertEquals(choice.next(500), 1);
  choice.reconfigure({ failoverAfter: 100, failbackAfter: 7 });
  assertEquals([choice.next(500), choice.better(1)?.after], [0, 7]);
});
