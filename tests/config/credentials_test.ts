import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import { readClientFiles } from "../../src/config/files/files.ts";
import { parseConfig } from "../../src/config/load.ts";
import { findSocket } from "../../src/cli/remote/find_socket.ts";
import type { ClientConfig } from "../../src/config/types.ts";
import { withFolder } from "../cli/process.ts";

const CLIENT = `mode = "client"
[interface]
name = "lan0"
[tunnel]
connect = "192.0.2.2:8443"
server_certificate = ["credential:server.crt", "next.crt"]
name = "branch-1"
secret_file = "credential:branch-1.secret"
[admin]
listen = "127.0.0.1:9180"
token_file = "credential:admin.token"
`;
const FILE = "/etc/pppoe-proxy/client.toml";

Deno.test("a credential is a file in the directory that systemd names", () => {
  const environment = { CREDENTIALS_DIRECTORY: "/run/credentials/x.service" };
  const { tunnel, admin } = parseConfig(CLIENT, FILE, environment) as ClientConfig;
  assertEquals(tunnel.secretFile, "/run/credentials/x.service/branch-1.secret");
  assertEquals(tunnel.serverCertificate, [
    "/run/credentials/x.service/server.crt",
    "/etc/pppoe-proxy/next.crt",
  ]);
  assertEquals(admin.tokenFile, "/run/credentials/x.service/admin.token");
});

Deno.test("without credentials of systemd the error says how to get them", () => {
  for (const environment of [{}, { CREDENTIALS_DIRECTORY: "relative" }]) {
    const error = assertThrows(() => parseConfig(CLIENT, FILE, environment), ConfigError);
    assertEquals(error.issues.map(({ line }) => line), [6, 8, 11]);
    assertStringIncludes(error.message, 'There is no credential "branch-1.secret"');
    assertStringIncludes(error.message, "LoadCredential=branch-1.secret:FILE");
  }
});

Deno.test("a credential's name leads out of no directory, and a directory is no credential", () => {
  const environment = { CREDENTIALS_DIRECTORY: "/run/credentials/x" };
  for (const name of ["", ".", "..", "../x", "a/b", "/etc/x", "a b", "x".repeat(256)]) {
    const source = CLIENT.replace("branch-1.secret", name);
    assertThrows(() => parseConfig(source, FILE, environment), ConfigError, "not the name of a");
  }
  const state = `state_dir = "credential:x"\n${CLIENT}`;
  assertThrows(() => parseConfig(state, FILE, environment), ConfigError, "only read");
});

Deno.test("a credential obeys the rules of secrets, so its directory can be nobody's trap", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/branch-1.secret`, `${"5a".repeat(31)}01\n`, {
      mode: 0o644,
    });
    const config = parseConfig(CLIENT, `${folder}/c.toml`, { CREDENTIALS_DIRECTORY: folder });
    const reading = () => readClientFiles(config as ClientConfig);
    await assertRejects(reading, ConfigError, "others can read or write it");
  }));

Deno.test("commands outside the unit find the daemon's socket without its credentials", () =>
  withFolder(async (folder) => {
    const file = `${folder}/client.toml`;
    await Deno.writeTextFile(file, `${CLIENT}socket = "a.sock"\n`);
    assertEquals(await findSocket({ values: new Map([["config", file]]) }), `${folder}/a.sock`);
  }));
