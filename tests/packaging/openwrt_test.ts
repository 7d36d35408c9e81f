/** The init script of OpenWrt, with procd's functions (openwrt: procd.sh) replaced by a record. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../cli/process.ts";
import { runCommand } from "../lab/process.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";

const SCRIPT = new URL("../../packaging/openwrt/pppoe-proxy.init", import.meta.url).pathname;
const PATHS = /^(?:PROG|CONFIG)=.*\n/gm;
const ONE_END = `mode = "client"
[interface]
name = "absent0"
[tunnel]
connect = ["192.0.2.2:8443"]
server_certificate = "server.crt"
name = "branch-1"
secret_file = "branch-1.secret"
`;

/**
 * Calls a function of the script with this configuration; returns what procd and syslog were given,
 * a line each.
 */
async function call(folder: string, name: string, config: string): Promise<string[]> {
  const { program, args } = pppoeProxyCommand();
  await Deno.writeTextFile(
    `${folder}/program`,
    `#!/bin/sh\nexec "${program}" ${args.join(" ")} "$@"\n`,
    {
      mode: 0o755,
    },
  );
  await Deno.writeTextFile(`${folder}/pppoe-proxy.toml`, config);
  const procd = ["open_instance", "set_param", "close_instance"].map((name) =>
    `procd_${name}() { echo "${name} $*"; }\n`
  );
  const script = `${procd.join("")}logger() { echo "logger $*"; }
mkdir() { [ "$*" = "-p /var/run/pppoe-proxy" ]; }
PROG=${folder}/program CONFIG=${folder}/pppoe-proxy.toml
${(await Deno.readTextFile(SCRIPT)).replace(PATHS, "")}
${name} || echo "returned $?"
`;
  await Deno.writeTextFile(`${folder}/script`, script);
  return (await runCommand("sh", `${folder}/script`)).trim().split("\n");
}

Deno.test("under procd a daemon starts although its interface is not there yet", () =>
  withFolder(async (folder) => {
    const keygen = pppoeProxyCommand("keygen", "certificate", "--name", "a", "--out-dir", folder);
    await runCommand(keygen.program, ...keygen.args);
    const secret = pppoeProxyCommand("keygen", "secret", `${folder}/branch-1.secret`);
    await runCommand(secret.program, ...secret.args);
    const lines = await call(folder, "start_service", ONE_END);
    assertEquals([lines[0].trim(), lines.at(-1)], ["open_instance", "close_instance"]);
    const config = `${folder}/pppoe-proxy.toml`;
    assertStringIncludes(lines[1], `set_param command ${folder}/program run --config ${config}`);
    assertEquals(lines.filter((line) => line.includes("respawn")), ["set_param respawn 3600 5 0"]);
  }));

Deno.test("under procd a refused configuration starts nothing, and the log says why", () =>
  withFolder(async (folder) => {
    const lines = await call(folder, "start_service", ONE_END.replace("mode", "mdoe"));
    assertStringIncludes(lines[0], "logger -t pppoe-proxy -p daemon.err not started: ");
    assertStringIncludes(lines.join("\n"), "mdoe");
    assertEquals(lines.at(-1), "returned 1");
    assertEquals(lines.filter((line) => line.startsWith("open_instance")), []);
  }));
