import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";

const HERE = new URL(".", import.meta.url).pathname;

async function messages(file: string): Promise<string> {
  const error = await assertRejects(() => loadConfig(file), ConfigError);
  return `${error.message.replaceAll(`${HERE}invalid/`, "")}\n`;
}

for (const { name } of Deno.readDirSync(`${HERE}invalid`)) {
  if (!name.endsWith(".toml")) continue;
  const golden = `${HERE}invalid/${name.replace(/toml$/, "txt")}`;
  Deno.test(`${name} is refused with the messages in its .txt file`, async () => {
    const actual = await messages(`${HERE}invalid/${name}`);
    if (Deno.env.has("UPDATE_GOLDEN")) await Deno.writeTextFile(golden, actual);
    assertEquals(actual, await Deno.readTextFile(golden));
  });
}

Deno.test("a minimal server configuration gets all defaults, and paths relative to its directory", async () => {
  assertEquals<unknown>(await loadConfig(`${HERE}valid/server.toml`), {
    mode: "server",
    shards: 1,
    file: `${HERE}valid/server.toml`,
    interface: { name: "wan0", mac: "own", ringFrames: 4096, etherTypes: [0x8863, 0x8864] },
    tunnel: {
      transport: "tls",
      listen: [{ host: "192.0.2.2", port: 8443 }],
      certificate: `${HERE}valid/server.crt`,
      key: `${HERE}valid/server.key`,
      keepalive: { interval: 3_000, timeout: 9_000 },
      admission: { unauthenticated: 128, perAddress: 4, handshakeRate: 100, timeout: 5_000 },
      mss: 1_220,
      congestionControl: "auto",
      shutdownGrace: 3_000,
    },
    clients: [{ name: "branch-1", secretFile: [`${HERE}valid/branch-1.secret`] }],
    discovery: { hostUniq: "rewrite", timeout: 60_000 },
    limits: {
      sessions: 10_000,
      sessionsPerClient: 10_000,
      pendingDiscoveries: 4096,
      sessionsPerCustomer: 16,
      padiRatePerMac: 2,
      padiBurstPerMac: 5,
      padiRate: 200,
      padiBurst: 50,
    },
    sessions: { idleTimeout: 600_000, resumeGrace: 30_000, terminateLinger: 10_000 },
    log: { level: "info", format: "auto", topics: {} },
    admin: { hosts: [] },
    capture: { fileSize: 64 * 1024 * 1024, files: 8, secrets: false },
  });
});

Deno.test("a minimal client configuration gets all defaults", async () => {
  const config = await loadConfig(`${HERE}valid/client.toml`);
  assertEquals<unknown>(config.tunnel, {
    transport: "tls",
    connect: [{ host: "192.0.2.2", port: 8443 }],
    serverCertificate: [`${HERE}valid/server.crt`],
    name: "branch-1",
    secretFile: `${HERE}valid/branch-1.secret`,
    keepalive: { interval: 3_000, timeout: 9_000 },
    reconnect: { base: 500, cap: 30_000, reset: 60_000 },
    choice: { failoverAfter: 10_000, failbackAfter: 600_000 },
    connectTimeout: 10_000,
    mss: 1_220,
    congestionControl: "auto",
    shutdownGrace: 3_000,
  });
});

Deno.test("inline tables, dotted keys and absolute paths are accepted", async () => {
  const config = await loadConfig(`${HERE}valid/client_pins.toml`);
  assert(config.mode === "client");
  assertEquals(config.interface.mac, "transparent");
  assertEquals(config.sessions.idleTimeout, 300_000);
  assertEquals(config.tunnel.connect, [{ host: "2001:db8::1", port: 8443 }]);
  assertEquals(config.tunnel.serverCertificate, [
    `${HERE}valid/server.crt`,
    "/etc/pppoe-proxy/next.crt",
  ]);
  assertEquals(config.tunnel.secretFile, "/etc/pppoe-proxy/branch-1.secret");
});

Deno.test("a missing file is a ConfigError with its path", async () => {
  const error = await loadConfig("/proc/none/site.toml").catch((error) => error);
  assertInstanceOf(error, ConfigError);
  assertEquals(
    error.message,
    "/proc/none/site.toml: Cannot read the configuration: no such file; check the path",
  );
});

Deno.test("a syntax error is a ConfigError that names the line", () => {
  const error = assertThrows(
    () => parseConfig('mode = "server"\n[interface\n', "/x.toml"),
    ConfigError,
  );
  assertMatch(
    error.message,
    /^\/x\.toml:2: "\]" is missing after the table's name; write \[interface\]$/,
  );
});

Deno.test("a key of thousands of parts is an unknown key like any other", () => {
  const deep = `mode = "server"\na${".a".repeat(20_000)} = 1\n`;
  const error = assertThrows(() => parseConfig(deep, "/x.toml"), ConfigError);
  assertMatch(error.message, /^\/x\.toml: a: Unknown key "a"/);
});
