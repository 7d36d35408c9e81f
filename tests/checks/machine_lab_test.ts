import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readInterface } from "../../ffi/socket/interface.ts";
import { CLIENT_SAMPLE } from "../../packaging/man/samples.ts";
import { examine } from "../../src/checks/examine.ts";
import type { DaemonFacts } from "../../src/checks/check.ts";
import type { Finding } from "../../src/config/finding.ts";
import { parseConfig } from "../../src/config/load.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { freePort } from "../free_port.ts";
import { makeSecrets } from "../lab/proxy_pair.ts";
import { until } from "../until.ts";

const STOPPED: DaemonFacts = { pid: undefined, mayRun: false };

const SERVER = `mode = "server"
state_dir = "state"
[interface]
name = "wan0"
[tunnel]
listen = "127.0.0.1:PORT"
certificate = "server.crt"
key = "server.key"
[[clients]]
name = "branch-1"
secret_file = "branch-1.secret"
`;

/** Findings that depend on the machine on which the test runs. */
const OF_THE_MACHINE = /^(?:clock-|udp-|offloads-|disk-|congestion-|open-files-)/;

async function find(lab: Lab, source: string, daemon = STOPPED): Promise<Finding[]> {
  const file = await lab.write("x.toml", source);
  const found = await examine({ config: parseConfig(source, file), daemon });
  return found.filter(({ code }) => !OF_THE_MACHINE.test(code));
}

function the(found: readonly Finding[], code: string, severity: string): Finding {
  const finding = found.find((it) => it.code === code && it.severity === severity);
  assert(finding !== undefined, `no ${severity} "${code}" in ${JSON.stringify(found)}`);
  return finding;
}

Deno.test({
  name: "what is wrong with interfaces, addresses, locks and routes is found, with line and remedy",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    await lab.cable("lan0", "cust0", 1_400);
    await makeSecrets(lab, ["branch-1"]);
    const port = freePort();
    const source = SERVER.replace("PORT", String(port));
    const codes = (found: readonly Finding[]) => found.map(({ code }) => code);
    assertEquals(codes(await find(lab, source)), ["mac-shared"]);

    const away = the(await find(lab, source.replace("wan0", "wan1")), "interface-missing", "error");
    assertEquals(away.place?.line, 4);
    assertStringIncludes(away.words, 'this machine has "');
    assertEquals(away.remedy, 'did you mean "wan0"?');
    for (const mac of ["own", "transparent"]) {
      const loopback = source.replace('"wan0"', `"lo"\nmac = "${mac}"`);
      const all = await examine({
        config: parseConfig(loopback, await lab.write("lo.toml", loopback)),
        daemon: STOPPED,
      });
      const unusable = the(all, "interface-unusable", "error");
      assertEquals(unusable.words, '"lo" is the loopback interface, and no place for PPPoE');
      assertStringIncludes(unusable.remedy, '"wan0"');
      assertEquals(all.some(({ code }) => code === "offloads-on"), false);
    }
    const foreign = source.replace("127.0.0.1", "192.0.2.9");
    const { words, place } = the(await find(lab, foreign), "address-foreign", "error");
    assertEquals([place?.line, place?.key], [6, "tunnel.listen"]);
    assertStringIncludes(words, "does not have that address");

    const both = `["0.0.0.0:${port}", "127.0.0.1:${port}"]`;
    const twice = source.replace(`"127.0.0.1:${port}"`, both);
    const overlap = the(await find(lab, twice), "address-in-use", "error");
    assertStringIncludes(overlap.words, `127.0.0.1:${port}: "tunnel.listen" has 0.0.0.0:${port}`);

    {
      using _ = Deno.listen({ hostname: "127.0.0.2", port });
      const others = `["127.0.0.1:${port}", "127.0.0.2:${port}"]`;
      const beside = source.replace(`"127.0.0.1:${port}"`, others);
      const held = the(await find(lab, beside), "address-in-use", "error");
      assertStringIncludes(held.words, `127.0.0.2:${port}: Process ${Deno.pid} (`);
    }
    {
      using _ = Deno.listen({ hostname: "127.0.0.1", port });
      const busy = the(await find(lab, source), "address-in-use", "error");
      assertStringIncludes(busy.words, `127.0.0.1:${port}: Process ${Deno.pid} (`);
      const own = { pid: Deno.pid, mayRun: false };
      assertEquals(codes(await find(lab, source, own)), ["mac-shared"]);
      the(await find(lab, source, { pid: undefined, mayRun: true }), "address-in-use", "warning");
    }
    await Deno.mkdir(`${lab.folder}/state`, { mode: 0o700 });
    using lock = await Deno.open(`${lab.folder}/state/sessions.lock`, {
      create: true,
      write: true,
    });
    await lock.lock(true);
    const locked = the(await find(lab, source), "state-dir-locked", "error");
    assertEquals(locked.place?.line, 2);
    assertStringIncludes(locked.words, `Process ${Deno.pid} (`);

    const client = await find(lab, CLIENT_SAMPLE);
    assertStringIncludes(the(client, "mtu-low", "warning").words, "is 1400");
    the(client, "route-missing", "warning");
    await runCommand("ip", "address", "add", "192.0.2.1/24", "dev", "lan0");
    const through = the(await find(lab, CLIENT_SAMPLE), "route-through-interface", "note");
    assertStringIncludes(through.words, 'leaves through "lan0"');
    const bound = CLIENT_SAMPLE.replace("secret_file", 'bind_interface = "uplink9"\nsecret_file');
    assertEquals(the(await find(lab, bound), "interface-missing", "error").place?.line, 8);
    await runCommand("ip", "link", "set", "cust0", "down");
    // The kernel shows a lost carrier up to a second later.
    await until(() => !readInterface("lan0").running);
    the(await find(lab, CLIENT_SAMPLE), "interface-no-carrier", "warning");
    await runCommand("ip", "link", "set", "lan0", "down");
    assertEquals(the(await find(lab, CLIENT_SAMPLE), "interface-down", "warning").place?.line, 3);
  },
});
