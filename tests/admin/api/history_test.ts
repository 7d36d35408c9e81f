import { assert, assertEquals, assertMatch } from "@std/assert";
import type { History } from "../../../src/admin/api/history_schema.ts";
import type { Clients, Session, Sessions } from "../../../src/admin/api/response_schema.ts";
import { dial, sessionFrame } from "../../proxy/dial.ts";
import { CUSTOMER, LAN } from "../../proxy/path.ts";
import { withDaemon, type World } from "../daemon.ts";

const STEP = 10_000;

/** Runs `body` again if it fails and a step has begun meanwhile, which moves what it looks at. */
async function inOneStep(body: () => Promise<void>): Promise<void> {
  for (;;) {
    const step = Math.floor(Date.now() / STEP);
    try {
      return await body();
    } catch (error) {
      if (Math.floor(Date.now() / STEP) === step) throw error;
    }
  }
}

/** A session with ten bytes upwards, sampled in the step before the one that has begun. */
async function sampled({ path, daemon, ask }: World): Promise<Session> {
  const { wire } = await dial(path, { id: 7 });
  wire.sendRaw(sessionFrame(LAN, CUSTOMER, 7, [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0]));
  await path.ac.next();
  daemon.history.sample(Math.floor(Date.now() / STEP) * STEP, STEP);
  const { sessions } = await (await ask("/api/v1/sessions?sparkline=60")).json() as Sessions;
  return sessions[0];
}

async function history({ ask }: World, query = ""): Promise<History> {
  const response = await ask(`/api/v1/history${query}`);
  assertEquals(response.status, 200);
  return await response.json();
}

function sumOf(values: readonly (number | null)[] | undefined): number {
  return (values ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

for (const mode of ["server", "client"] as const) {
  const key = mode === "server" ? "client" : "server";

  Deno.test(`a ${mode} has the history of all, of each ${key} and of each session`, () =>
    inOneStep(() =>
      withDaemon({ mode }, async (world) => {
        const session = await sampled(world);
        const name = encodeURIComponent(String(session[key]));
        const id = encodeURIComponent(session.session);
        for (const query of ["?", `?${key}=${name}&`, `?session=${id}&`]) {
          const answer = await history(world, `${query}points=1500`);
          const { bytes_up_per_second, bytes_down_per_second, frames_up_per_second } = answer;
          assertEquals([sumOf(bytes_up_per_second), sumOf(frames_up_per_second)], [1, 0.1], query);
          assertEquals([sumOf(bytes_down_per_second), answer.step_seconds], [0, 10]);
          assertEquals(bytes_up_per_second.length * 10_000, spanOf(answer));
          assertEquals(answer.sessions_open.at(-2), query.includes("session") ? null : 1);
        }
        assertEquals([session.sparkline?.length, sumOf(session.sparkline)], [60, 1]);
        const other = await world.ask(`/api/v1/history?${mode}=x`);
        assertEquals(other.status, 400);
      })
    ));
}

function spanOf({ from, to }: History): number {
  return Date.parse(to) - Date.parse(from);
}

Deno.test("one request has the sparklines of a page, and rows have none unless asked", () =>
  inOneStep(() =>
    withDaemon({}, async (world) => {
      const { path, daemon, ask } = world;
      const { wire } = await dial(path, { id: 7 });
      const frame = sessionFrame(LAN, CUSTOMER, 7, [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0]);
      for (let i = 0; i < 60; i++) wire.sendRaw(frame);
      await path.ac.next();
      while ([...daemon.proxy.sessions.table.counters].every((count) => count < 600)) {
        await path.ac.next();
      }
      daemon.history.sample(Date.now(), STEP);
      const { sessions: [session] } = await (await ask("/api/v1/sessions?sparkline=2")).json();
      const { clients } = await (await ask("/api/v1/clients?sparkline=2")).json() as Clients & {
        clients: { sparkline: number[] }[];
      };
      assertEquals([session.sparkline.length, sumOf(session.sparkline)], [2, 60]);
      assertEquals(sumOf(clients[0].sparkline), 60);
      const plain = await (await ask("/api/v1/sessions")).json();
      assertEquals(plain.sessions[0].sparkline, undefined);
    })
  ));

Deno.test("a history is bounded in time and in points, and wrong questions are refused", () =>
  withDaemon({}, async (world) => {
    const { ask } = world;
    await sampled(world);
    const day = await history(world, "?from=2001-01-01T00:00:00Z&points=50");
    assert(day.drops.length <= 50);
    assert(Math.abs(spanOf(day) - 24 * 3_600_000) < 2 * day.step_seconds * 1_000);
    const wrong = {
      "?points=1501": 400,
      "?points=1": 400,
      "?from=yesterday": 400,
      "?from=2026-02-31T99:00:00Z": 400,
      "?to=2001-01-01T00:00:00Z": 400,
      "?from=2101-01-01T00:00:00Z": 400,
      "?client=one&session=one.1": 400,
      "?format=xml": 400,
      "?client=nobody": 404,
      "?session=one.9999": 404,
      "?session=%25zz": 404,
    };
    for (const [query, status] of Object.entries(wrong)) {
      const response = await ask(`/api/v1/history${query}`);
      assertEquals([query, response.status], [query, status]);
      await response.body?.cancel();
    }
  }));

Deno.test("a client without a tunnel so far, and a session that has just opened, have empty histories", () =>
  withDaemon({}, async (world) => {
    await dial(world.path, { id: 7 });
    const { sessions: [session] } = await (await world.ask("/api/v1/sessions")).json();
    for (const query of ["?client=branch-1", `?session=${session.session}`]) {
      const { bytes_up_per_second } = await history(world, query);
      assert(bytes_up_per_second.length > 100);
      assert(bytes_up_per_second.every((value) => value === null));
    }
  }));

Deno.test("a history as CSV has a line for each point", () =>
  inOneStep(() =>
    withDaemon({}, async (world) => {
      await sampled(world);
      const response = await world.ask("/api/v1/history?format=csv&points=1500");
      assertMatch(response.headers.get("content-type") ?? "", /^text\/csv/);
      const lines = (await response.text()).split("\r\n");
      const { from, bytes_up_per_second } = await history(world, "?points=1500");
      assertEquals(
        lines[0],
        "time,bytes_up_per_second,bytes_down_per_second,frames_up_per_second,frames_down_per_second," +
          "sessions_open,sessions_held,rtt_seconds,drops",
      );
      assertEquals([lines.length, lines.at(-1)], [bytes_up_per_second.length + 2, ""]);
      assertEquals(lines[1], `${from},,,,,,,,`);
      assertMatch(lines.at(-3) ?? "", /^[^,]*T[^,]*Z,1,0,0\.1,0,1,0,,0$/);
    })
  ));

Deno.test("events are those of the daemon and of the subject", () =>
  withDaemon({}, async (world) => {
    const session = await sampled(world);
    const { events } = world.daemon.history;
    const time = Date.now() - STEP;
    const add = (kind: string, facts: Record<string, unknown>) => events.add({ time, kind, facts });
    add("reload", { result: "applied" });
    add("tunnel-up", { client: session.client });
    add("tunnel-up", { client: "other" });
    add("session-opened", { client: session.client, session: session.session });
    add("session-opened", { client: session.client, session: "one.99" });
    const count = async (query: string) => (await history(world, query)).events.length;
    const client = `?client=${session.client}`;
    assertEquals([await count(""), await count(client)], [5, 4]);
    assertEquals(await count(`?session=${encodeURIComponent(session.session)}`), 3);
    for (let i = 0; i < 900; i++) add("drain", { enabled: i === 899 });
    const answer = await history(world);
    assertEquals([answer.events.length, answer.events.at(-1)?.enabled], [500, true]);
  }));
