// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** The same names everywhere: `client` on a server, `server` on a client, `session` for `kick`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { dial } from "../../proxy/dial.ts";
import { withDaemon, type World } from "../daemon.ts";

type Row = Record<string, unknown>;

async function json({ ask }: World, path: string): Promise<Row> {
  return await (await ask(path)).json();
}

/** Every row of the answers that names a peer. */
async function rowsOf(world: World): Promise<Row[]> {
  const { tunnels } = await json(world, "/api/v1/status");
  const { clients = [], servers = [] } = await json(world, "/api/v1/clients");
  const { sessions } = await json(world, "/api/v1/sessions");
  const { sessions: past } = await json(world, "/api/v1/sessions?past=true");
  return [tunnels, clients, servers, sessions, past].flat() as Row[];
}

Deno.test("a server that said that it restarts explains why nobody answers, until it answers", () =>
  withDaemon({ mode: "client" }, async (world) => {
    const { daemon: { monitor } } = world;
    const cause = async () => {
      const { tunnels } = await json(world, "/api/v1/status");
      const { down_reason, down_cause } = (tunnels as Row[]).find(({ server }) =>
        server === "hq:1"
      ) ??
        {};
      return [down_reason, down_cause];
    };
    const lost = {
      reason: "connection-lost",
      by: "network",
      detail: "Connection refused",
    } as const;
    const refused = { reason: "name-in-use", by: "peer", detail: "" } as const;
    const full = { reason: "too-many-connections", by: "peer", detail: "displaced" } as const;
    monitor.connected("hq:1", { address: "hq:1", transport: "tls", detail: "" });
    monitor.peers.disconnected("hq:1", "hq:1", { reason: "restart", by: "peer", detail: "" });
    const restarts = "the other side restarts and keeps its sessions";
    assertEquals(await cause(), ["restart", restarts]);
    monitor.failed("hq:1", lost, 1, "connection refused", 2_000);
    assertEquals(await cause(), ["restart", `${restarts}; since then connection refused`]);
    monitor.failed("hq:1", refused, 2, "login refused", 2_000);
    assertEquals(await cause(), ["name-in-use", "login refused"]);
    for (const attempt of [3, 4]) monitor.failed("hq:1", full, attempt, "no room", 2_000);
    const inUse = "login refused: another host is connected under this name";
    assertEquals(await cause(), ["name-in-use", `${inUse}; since then no room`]);
    for (const detail of ["tls handshake eof", "tls: Connection reset (os error 104); quic: no"]) {
      monitor.failed("hq:1", { ...lost, detail }, 5, "hung up", 2_000); // it gave way during TLS
      assertEquals(await cause(), ["name-in-use", `${inUse}; since then hung up`]);
    }
    monitor.failed("hq:1", lost, 6, "connection refused", 2_000);
    monitor.failed("hq:1", full, 7, "no room", 2_000);
    assertEquals(await cause(), ["too-many-connections: displaced", "no room"]);
    monitor.connected("hq:1", { address: "hq:1", transport: "tls", detail: "" });
    monitor.peers.disconnected("hq:1", "hq:1", lost);
    monitor.failed("hq:1", lost, 1, "connection refused", 2_000);
    assertEquals(await cause(), ["connection-lost: Connection refused", "connection refused"]);
  }));

for (const mode of ["server", "client"] as const) {
  const key = mode === "server" ? "client" : "server";

  Deno.test(`a ${mode} names each peer as "${key}", in answers, events and metrics`, () =>
    withDaemon({ mode }, async (world) => {
      const { ask, path, daemon } = world;
      await dial(path, { id: 7 });
      await dial(path, { id: 8 });
      const listed = await json(world, "/api/v1/sessions?sort=" + key);
      const [first] = listed.sessions as { session: string }[];
      const at = `/api/v1/sessions/${encodeURIComponent(first.session)}`;
      const ended = await (await ask(at, { method: "DELETE" })).json();
      assertEquals(ended, { session: first.session });
      const rows = await rowsOf(world);
      assert(rows.length >= 4);
      daemon.monitor.connected("one", { address: "192.0.2.7:1", transport: "tls", detail: "" });
      const events = daemon.monitor.events.after(0).map(({ facts }) => facts);
      for (const row of [...rows, ...events]) {
        assertEquals([typeof row[key], row[mode], row.peer], ["string", undefined, undefined]);
      }
      const closed = daemon.monitor.events.after(0).find(({ kind }) => kind === "session-closed");
      assertEquals(closed?.facts.session, first.session);
      const text = await (await ask("/metrics")).text();
      assertMatch(text, new RegExp(`^pppoeproxy_tunnel_up\\{${key}="`, "m"));
    }));

  Deno.test(`a ${mode} selects sessions with "${key}", and refuses "${mode}"`, () =>
    withDaemon({ mode }, async (world) => {
      const { ask, path } = world;
      await dial(path, { id: 7 });
      const { sessions: [open] } = await json(world, "/api/v1/sessions") as { sessions: Row[] };
      const name = encodeURIComponent(String(open[key]));
      const total = async (query: string) => (await json(world, `/api/v1/sessions?${query}`)).total;
      assertEquals([await total(`${key}=${name}`), await total(`${key}=nobody`)], [1, 0]);
      for (const at of ["/api/v1/sessions?", "/api/v1/sessions?past=true&", "/api/v1/capture?"]) {
        const refused = await ask(`${at}${mode}=${name}`);
        assertEquals(refused.status, 400);
        assertMatch((await refused.json()).detail, new RegExp(`use "${key}"`));
      }
    }));

  Deno.test(`on a ${mode}, padt with "${key}" ends only that peer's session`, () =>
    withDaemon({ mode }, async ({ ask, path, daemon }) => {
      await dial(path, { id: 7 });
      const [{ peer }] = [...daemon.proxy.sessions.table];
      const padt = async (name: string) => {
        const json = { mac: "02:00:00:00:00:c1", session_id: 7, [key]: name };
        await (await ask("/api/v1/padt", { method: "POST", json })).json();
        return daemon.proxy.sessions.table.size;
      };
      assertEquals([await padt("nobody"), await padt(peer.name)], [1, 0]);
    }));
}
