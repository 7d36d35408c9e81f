import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseConfig } from "../../../src/config/load.ts";
import { clientToml, serverToml } from "../../../src/cli/import/configurations.ts";
import { ImportError } from "../../../src/cli/import/import_error.ts";
import { planLine } from "../../../src/cli/import/line_plan.ts";

const listen = { host: "0.0.0.0", port: 8000 };
const server = { interface: "wan0", listen };
const connect = { host: "192.0.2.1", port: 8000 };
const client = { interface: "lan0", connect };

Deno.test("two ends complete each other", () => {
  assertEquals(planLine({ servers: [server], clients: [client] }, {}), {
    server,
    clients: [{ name: "branch-1", interface: "lan0", connect }],
  });
});

Deno.test("one end needs the options that say the rest, and names them", () => {
  const alone = { servers: [server], clients: [] };
  assertThrows(() => planLine(alone, { lan: "lan0" }), ImportError, "--connect HOST:PORT");
  assertThrows(() => planLine(alone, { connect }), ImportError, "--lan INTERFACE");
  const far = { servers: [], clients: [client] };
  assertThrows(() => planLine(far, {}), ImportError, "--wan INTERFACE");
  const { server: found } = planLine(far, { wan: "wan0" });
  assertEquals(found, { interface: "wan0", listen });
  const named = planLine({ servers: [{ ...server, listen: connect }], clients: [] }, { lan: "l" });
  assertEquals(named.clients[0].connect, connect);
  assertThrows(() => planLine({ servers: [server, server], clients: [] }, {}), ImportError);
});

Deno.test("a relay's ends find each other on the loopback, and its clients are counted", () => {
  const relay = {
    servers: [{ interface: "wan0", listen: undefined, sessions: 5_000, idleTimeout: 600 }],
    clients: ["a", "b"].map((name) => ({ interface: name, connect: undefined })),
  };
  const { server, clients } = planLine(relay, {});
  assertEquals(server.listen, { host: "127.0.0.1", port: 8443 });
  assertEquals(clients.map(({ name }) => name), ["branch-1", "branch-2"]);
  const named = planLine(relay, { name: "house", connect });
  assertEquals(named.clients.map(({ name }) => name), ["house-1", "house-2"]);
  assertEquals([named.server.listen, named.clients[1].connect], [listen, connect]);
});

Deno.test("the written configurations are valid and mean what the plan says", () => {
  const wire = fc.stringMatching(/^[a-zA-Z0-9_@"\\-]{1,15}$/);
  const name = fc.stringMatching(/^[a-zA-Zä0-9_@-]{1,15}$/);
  const host = fc.constantFrom("192.0.2.1", "2001:db8::1", "proxy.example");
  const address = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });
  const plans = fc.record({
    server: fc.record({
      interface: wire,
      listen: address,
      allowed: fc.constantFrom("192.0.2.9", "2001:db8::9", "a\nmode = 1"),
      sessions: fc.integer({ min: 1, max: 65_534 }),
      idleTimeout: fc.constantFrom(0, 1, 600, 1e12),
    }),
    clients: fc.tuple(fc.record({ name, interface: wire, connect: address })),
  });
  fc.assert(fc.property(plans, (plan) => {
    const there = parseConfig(serverToml(plan), "/etc/pppoe-proxy/server.toml");
    const here = parseConfig(clientToml(plan.clients[0]), "/etc/pppoe-proxy/client.toml");
    assert(there.mode === "server" && here.mode === "client");
    assertEquals(there.interface.name, plan.server.interface);
    assertEquals(there.tunnel.listen, [plan.server.listen]);
    assertEquals(there.limits.sessions, plan.server.sessions);
    assertEquals(there.clients[0].name, plan.clients[0].name);
    assertEquals(here.interface.name, plan.clients[0].interface);
    assertEquals(here.tunnel.connect, [plan.clients[0].connect]);
  }));
});
