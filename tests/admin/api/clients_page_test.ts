import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { pageOfClients } from "../../../src/admin/api/clients_page.ts";
import type { Client } from "../../../src/admin/api/response_schema.ts";
import { totalsOf } from "../../../src/admin/api/tunnel_totals.ts";
import { withDaemon } from "../daemon.ts";

function client(name: string, more: Partial<Client> = {}): Client {
  return {
    ...{ client: name, up: true, address: "192.0.2.9:4711", since: null, down_since: null },
    ...{
      down_reason: null,
      down_cause: null,
      failed_attempts: 0,
      next_attempt_at: null,
      held_until: null,
      rtt_seconds: null,
      transport: null,
      transport_reason: null,
    },
    ...{ congestion_control: null, segment_bytes: null, retransmitted_segments: null },
    ...{ connects: 0, queue_bytes: 0, sessions: 0, frames_up: 0, frames_down: 0 },
    ...{ bytes_up: 0, bytes_down: 0, configured: true, session_limit: 10 },
    ...{ frames_up_per_second: 0, frames_down_per_second: 0 },
    ...{ bytes_up_per_second: 0, bytes_down_per_second: 0 },
    ...more,
  };
}

const CLIENTS = [
  client("branch-10", { sessions: 3, rtt_seconds: 0.02, bytes_up: 5 }),
  client("branch-9", { up: false, address: null }),
  client("campus", { sessions: 7, rtt_seconds: 0.01, address: "198.51.100.7:1" }),
];

function names(query: Parameters<typeof pageOfClients>[1], name?: string): string[] {
  const page = pageOfClients({ clients: CLIENTS }, query, name);
  assert("clients" in page);
  return page.clients.map((each) => each.client ?? "");
}

Deno.test("clients are searched by name and address, filtered by state, and sorted", () => {
  assertEquals(names({}), ["branch-10", "branch-9", "campus"]);
  assertEquals(names({ sort: "name" }), ["branch-9", "branch-10", "campus"]);
  assertEquals(names({ sort: "sessions" }), ["campus", "branch-10", "branch-9"]);
  assertEquals(names({ sort: "rtt", order: "asc" }), ["branch-9", "campus", "branch-10"]);
  assertEquals(names({ sort: "state" })[0], "branch-9");
  assertEquals(names({ sort: "bytes" })[0], "branch-10");
  assertEquals(names({ search: " BRANCH " }), ["branch-10", "branch-9"]);
  assertEquals(names({ search: "198.51" }), ["campus"]);
  assertEquals(names({ state: "down" }), ["branch-9"]);
  assertEquals(names({}, "branch-9"), ["branch-9"]);
  assertEquals(names({}, "branch"), []);
});

Deno.test("pages of clients have each client once, whatever the order", () => {
  const rows = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 30 })
    .map((all) => all.map((name, at) => client(name, { sessions: at % 3, up: at % 2 === 0 })));
  const sort = fc.constantFrom("name", "state", "sessions", "bytes", "rtt", undefined);
  fc.assert(fc.property(rows, sort, fc.integer({ min: 1, max: 9 }), (clients, sort, limit) => {
    const seen: string[] = [];
    for (let offset = 0; offset < clients.length; offset += limit) {
      const page = pageOfClients({ clients }, { ...(sort && { sort }), limit, offset });
      assert("clients" in page && page.clients.length <= limit);
      assertEquals([page.total, page.offset], [clients.length, offset]);
      seen.push(...page.clients.map((each) => each.client ?? ""));
    }
    assertEquals(seen.toSorted(), clients.map((each) => each.client ?? "").toSorted());
  }));
});

Deno.test("totals add up all tunnels and have the range of round trips", () => {
  const { tunnels, tunnels_up, rtt_min_seconds, rtt_max_seconds, bytes_up } = totalsOf(CLIENTS);
  assertEquals([tunnels, tunnels_up, bytes_up], [3, 2, 5]);
  assertEquals([rtt_min_seconds, rtt_max_seconds], [0.01, 0.02]);
  assertEquals(totalsOf([]).rtt_min_seconds, null);
});

Deno.test("a brief status has totals instead of tunnels and configuration", () =>
  withDaemon({}, async ({ ask }) => {
    const whole = await (await ask("/api/v1/status")).json();
    const brief = await (await ask("/api/v1/status?brief=true")).json();
    assertEquals([brief.tunnels, brief.config], [[], {}]);
    assertEquals([whole.tunnels.length, brief.totals.tunnels], [1, 1]);
    const page = await (await ask("/api/v1/clients?limit=1&search=branch&state=up")).json();
    assertEquals([page.total, page.clients[0].client], [1, "branch-1"]);
    assertEquals((await ask("/api/v1/clients?server=x")).status, 400);
  }));
