import { assertEquals, assertThrows } from "@std/assert";
import { listenFor, planClient, planServer, stateDirFor } from "../../../src/cli/init/plan.ts";
import { parseBundle } from "../../../src/cli/init/bundle.ts";
import { newSecret } from "../../../src/cli/keygen/new_secret.ts";
import { makeSelfSigned } from "../../../src/cli/keygen/self_signed.ts";
import { parseConfig } from "../../../src/config/load.ts";
import type { ClientConfig, ServerConfig } from "../../../src/config/types.ts";

const FOLDER = "/etc/pppoe-proxy";
const CONFIG = `${FOLDER}/pppoe-proxy.toml`;
const identity = await makeSelfSigned("2001:db8::1", 10, new Date());
const connect = { host: "2001:db8::1", port: 8443 };
const COMMON = { interface: "wan0", mac: "own", stateDir: "/var/lib/pppoe-proxy" } as const;

Deno.test("the two ends' files fit: what the server writes is what its client connects with", () => {
  const secret = newSecret();
  const answers = { ...COMMON, listen: listenFor(connect), name: "branch-1" };
  const files = planServer(CONFIG, answers, { connect, secret, identity });
  assertEquals(files.map(({ path, mode, isForDaemon }) => [path, mode, isForDaemon]), [
    [CONFIG, 0o644, false],
    [`${FOLDER}/server.crt`, 0o644, false],
    [`${FOLDER}/server.key`, 0o600, true],
    [`${FOLDER}/branch-1.secret`, 0o600, true],
    [`${FOLDER}/branch-1.bundle`, 0o600, false],
  ]);
  const text = (path: string) => files.find((file) => file.path.endsWith(path))?.text ?? "";
  const server = parseConfig(text(".toml"), CONFIG) as ServerConfig;
  assertEquals(server.tunnel.listen, [{ host: "::", port: 8443 }]);
  assertEquals(server.clients, [{ name: "branch-1", secretFile: [`${FOLDER}/branch-1.secret`] }]);
  assertEquals(text(".secret"), `${secret}\n`);

  const bundle = parseBundle(text(".bundle"));
  const planned = planClient(CONFIG, { ...COMMON, ...bundle, mac: "transparent" }, bundle);
  assertEquals(planned.map(({ path, mode }) => [path, mode]), [
    [CONFIG, 0o644],
    [`${FOLDER}/server.crt`, 0o644],
    [`${FOLDER}/branch-1.secret`, 0o600],
  ]);
  const client = parseConfig(planned[0].text, CONFIG) as ClientConfig;
  assertEquals(client.tunnel.connect, [connect]);
  assertEquals([client.tunnel.name, client.interface.mac], ["branch-1", "transparent"]);
  assertEquals([planned[1].text, planned[2].text], [identity.certificate, `${secret}\n`]);
});

Deno.test("answers that no configuration may have are refused before anything is written", () => {
  const answers = { ...COMMON, interface: "wan 0", listen: connect, name: "branch-1" };
  const planning = () => planServer(CONFIG, answers, { connect, secret: newSecret(), identity });
  assertThrows(planning, Error, "interface.name: Expected an interface name");
});

Deno.test("sessions are kept where the units permit it, or beside a configuration elsewhere", () => {
  assertEquals(stateDirFor(CONFIG), "/var/lib/pppoe-proxy");
  assertEquals(stateDirFor(`${FOLDER}/server.toml`), "/var/lib/pppoe-proxy/server");
  assertEquals(stateDirFor("/home/me/server.toml"), "server.state");
});
