import { assertEquals, assertRejects } from "@std/assert";
import { ClientAllowances } from "../../src/daemon/client_allowances.ts";
import { Server } from "../../src/daemon/accept_loop.ts";
import { authenticateToServer, HandshakeError } from "../../src/tunnel/authenticate.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";
import { TicketReader } from "../../src/tunnel/admission/ticket.ts";
import { ControlType, KIND_CONTROL } from "../../src/tunnel/record/record.ts";
import { Reputation } from "../../src/tunnel/admission/reputation.ts";
import type { Incoming, Listener } from "../../src/tunnel/transport/listener.ts";
import {
  type MemoryConnection,
  memoryConnectionPair,
  recordBuffer,
} from "../tunnel/memory_connection.ts";
import { within } from "../proxy/dial.ts";
import type { Path } from "../proxy/path.ts";
import { record } from "../proxy/raw_client.ts";
import { pollLoop } from "../tunnel/poll_loop.ts";
import { inTime } from "../until.ts";

const SECRET = new Uint8Array(32).fill(1);
const FINGERPRINT = new Uint8Array(32).fill(2);

/** Runs a server without a network; `connect` returns the far end of a connection to it. */
function openServer(path: Path) {
  const waiting: PromiseWithResolvers<Incoming>[] = [];
  const listener: Listener = {
    transport: "tls",
    port: 0,
    accept() {
      waiting.push(Promise.withResolvers());
      return waiting[0].promise;
    },
    renew: () => Promise.reject(new Error("Not needed")),
    close: () => waiting.shift()?.reject(new Error("Closed")),
  };
  const clock = { now: 0 };
  const now = () => clock.now;
  let ended = Promise.withResolvers<TunnelEnd>();
  const server = new Server({
    proxy: path.server.proxy,
    listeners: [listener],
    knows: () => true,
    reception: {
      limits: { unauthenticated: 8, perAddress: 8, handshakeRate: 1_000, timeout: 60_000 },
      reputation: new Reputation(now),
      credentials: () => ({ fingerprint: FINGERPRINT, secrets: () => [SECRET] }),
      tickets: () => new TicketReader(new Map()),
      now,
      random: () => 0.5,
    },
    keepalive: { interval: 1e6, timeout: 2e6 },
    buffer: recordBuffer,
    now,
    pollLoop,
    suitsPath: () => false,
    events: {
      rejected() {},
      connected() {},
      moved() {},
      disconnected: (_client, _address, end) => ended.resolve(end),
      acceptFailed() {},
      nameInUse() {},
    },
  });
  const connect = (): MemoryConnection => {
    const [near, far] = memoryConnectionPair();
    waiting.shift()?.resolve({
      remote: { host: "192.0.2.1", port: 7 },
      encrypted: true,
      scarce: false,
      greeted: () => Promise.resolve([]),
      hasSpoken: () => false,
      open: () => Promise.resolve(far),
      refuse: () => far.close(),
      close: () => far.close(),
    });
    return near;
  };
  return {
    clock,
    running: server.run(),
    stop: () => server.stop(),
    /** Logs in; throws the reason if refused. */
    async logIn(name: string): Promise<MemoryConnection> {
      ended = Promise.withResolvers();
      const connection = connect();
      const credentials = { name, secret: SECRET, pins: [FINGERPRINT] };
      await inTime(authenticateToServer(connection, credentials));
      return connection;
    },
    /** Returns how the last tunnel ended. */
    end: () => inTime(ended.promise),
  };
}

async function withServer(body: (server: ReturnType<typeof openServer>) => Promise<void>) {
  await within({}, async (path) => {
    const server = openServer(path);
    await body(server);
    server.stop();
    await server.running;
  });
}

Deno.test("H1: a client that keeps logging in is accepted 20 times, and then once a second", () =>
  withServer(async (server) => {
    const once = async (name: string): Promise<void> => {
      (await server.logIn(name)).close();
      await server.end();
    };
    const refused = async (): Promise<void> => {
      const { end } = await assertRejects(() => server.logIn("eager"), HandshakeError);
      assertEquals([end.reason, end.detail], ["too-many-connections", "login-rate"]);
    };
    for (let i = 0; i < 20; i++) await once("eager");
    await refused();
    await once("another");
    server.clock.now += 1_000;
    await once("eager");
    await refused();
  }));

Deno.test("H1: a new tunnel of the same client answers no further pings", () =>
  withServer(async (server) => {
    const ping = record(KIND_CONTROL, ControlType.ping, new Uint8Array(8));
    const first = await server.logIn("pinging");
    for (let i = 0; i < 64; i++) await first.write(ping);
    await first.taken();
    first.close();
    assertEquals((await server.end()).reason, "connection-lost");
    const second = await server.logIn("pinging");
    await second.write(ping);
    assertEquals((await server.end()).detail, "ping-rate");
    const other = await server.logIn("another");
    for (let i = 0; i < 64; i++) await other.write(ping);
    await other.taken();
    other.close();
    assertEquals((await server.end()).reason, "connection-lost");
  }));

Deno.test("data is kept only for clients that are configured", () => {
  const configured = new Set<string>();
  const allowances = new ClientAllowances((name) => configured.has(name), () => 0);
  for (let round = 0; round < 100; round++) {
    configured.clear();
    for (let i = 0; i < 10; i++) configured.add(`${round} ${i}`);
    for (const name of configured) allowances.of(name);
    assertEquals(allowances.size <= 10, true);
  }
});
