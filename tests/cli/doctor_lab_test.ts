import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { layLongPath } from "../lab/relay/long_path.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";
import { runCommand } from "../lab/process.ts";
import { makeSecret, startProxyPair } from "../lab/proxy_pair.ts";
import { pppoeProxy } from "./process.ts";

const ignore = !insideLab();

interface Check {
  name: string;
  verdict: string;
  text: string;
}

/** Runs doctor on a configuration of the lab; returns its exit code and checks. */
async function examined(lab: Lab, name: string): Promise<{ code: number; checks: Check[] }> {
  const file = `${lab.folder}/${name}.toml`;
  const args = ["doctor", "--config", file, "--timeout", "3s", "--json"];
  const { code, stdout, stderr } = await pppoeProxy(args);
  assertEquals(stderr, "");
  const { schema, ok, checks } = JSON.parse(stdout);
  assertEquals([schema, ok], [1, code === 0]);
  return { code, checks };
}

function the(checks: readonly Check[], name: string, verdict: string): string {
  const found = checks.find((check) => check.name === name && check.verdict === verdict);
  assert(found !== undefined, `No "${name}" is "${verdict}": ${JSON.stringify(checks)}`);
  return found.text;
}

Deno.test({
  name: "doctor finds no problems with a working setup, and does not disturb its tunnel",
  ignore,
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const socket = (name: string) => `[admin]\nsocket = "${lab.folder}/${name}.sock"`;
    const { client } = await startProxyPair(lab, {
      server: socket("server"),
      client: socket("branch-1"),
    });
    const server = await examined(lab, "server");
    assertEquals(server.code, 0);
    assertMatch(the(server.checks, "access concentrator", "ok"), /^"lab-ac" .* answered a PADI/);
    assertStringIncludes(the(server.checks, "certificate", "ok"), "is for DNS:localhost");
    assertMatch(the(server.checks, "daemon", "ok"), /^running for .*, ready$/);
    const since = client.output.length;
    const dialled = await examined(lab, "branch-1");
    assertEquals(dialled.code, 0);
    // A note, such as that the server's key is here, does not hide what is well.
    const [well, note] = dialled.checks.filter(({ name }) => name === "certificate");
    assertStringIncludes(well.text, "SHA-256");
    assertMatch(note.text, /^note: The private key .* \[pin-is-own\]$/);
    the(dialled.checks, "customers", "ok");
    assertStringIncludes(
      the(dialled.checks, "server", "ok"),
      "the running daemon is connected to",
    );
    assertEquals(client.output.entries.slice(since), []);
    const text = await pppoeProxy(["doctor", "-c", `${lab.folder}/branch-1.toml`]);
    assertEquals(text.code, 0);
    assertMatch(text.stdout, /^ok {7}interface {12}"lan0" is up$/m);
    assertEquals(text.stdout.includes("\x1b"), false);
  },
});

Deno.test({
  name: "doctor connects and logs in if no daemon runs, and explains failures of either",
  ignore,
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cables(1400);
    const { server, client } = await startProxyPair(lab, {
      server: `[admin]\nsocket = "${lab.folder}/server.sock"`,
      client: `[admin]\nsocket = "${lab.folder}/branch-1.sock"`,
    });
    for (const daemon of [server, client]) {
      const line = daemon.output.entries.find((it) => it.includes('"code":"mtu-low"'));
      assertMatch(line ?? "", /"level":"warning".*"message":"finding".*"remedy":"run `ip link set/);
    }
    await client.stop();
    const well = await examined(lab, "branch-1");
    assertEquals(well.code, 0);
    assertMatch(the(well.checks, "server", "ok"), / with a pinned certificate$/);
    assertMatch(the(well.checks, "login", "ok"), /accepted "branch-1" and has the same secret/);
    assertMatch(the(well.checks, "path", "ok"), /^packets with 1\d{3} bytes reach .* and return$/);
    assertMatch(the(well.checks, "mtu", "warning"), /is 1400.*ip link set lan0 mtu 1500/);

    const config = await Deno.readTextFile(`${lab.folder}/branch-1.toml`);
    await lab.write("branch-1.toml", config.replace(/^socket = .*/m, 'socket = ""'));
    const unsure = await examined(lab, "branch-1");
    assertMatch(the(unsure.checks, "daemon", "ok"), /^cannot tell whether it is running/);
    assertMatch(the(unsure.checks, "login", "warning"), /^Not tested/);
    await lab.write("branch-1.toml", config);

    await Deno.remove(`${lab.folder}/branch-1.secret`);
    await makeSecret(lab, "branch-1");
    const stranger = await examined(lab, "branch-1");
    assertEquals(stranger.code, 1);
    assertMatch(
      the(stranger.checks, "login", "failed"),
      /not-authenticated; .*same secret \[login-refused\]$/,
    );

    await runCommand("ip", "link", "set", "lan0", "down");
    const dark = await examined(lab, "branch-1");
    assertMatch(
      the(dark.checks, "interface", "failed"),
      /"lan0" is down; run `ip link set lan0 up`/,
    );
    await runCommand("ip", "link", "set", "lan0", "up");
    const { certificate } = await makeSelfSigned("other.example", 90, new Date());
    await lab.write("other.crt", certificate);
    await lab.write(
      "branch-1.toml",
      config.replace(/^server_certificate.*/m, 'server_certificate = "other.crt"'),
    );
    const unknown = await examined(lab, "branch-1");
    assertMatch(
      the(unknown.checks, "server", "failed"),
      /UnknownIssuer\); pinned SHA-256: [0-9a-f]{64}, the server reports [0-9a-f]{64} \(not verified\)/,
    );
    await lab.write("branch-1.toml", config);

    await server.stop();
    const alone = await examined(lab, "branch-1");
    assertMatch(the(alone.checks, "server", "failed"), /connection refused; start the server/);
    assertEquals(alone.checks.some(({ name }) => name === "login"), false);

    const silent = await examined(lab, "server");
    assertEquals(silent.code, 1);
    assertMatch(
      the(silent.checks, "access concentrator", "failed"),
      /No access concentrator answered a PADI/,
    );
    assertMatch(the(silent.checks, "listening", "ok"), /^can listen on all/);
    await runCommand("ip", "link", "set", "wan0", "down");
    const dead = await examined(lab, "server");
    the(dead.checks, "interface", "failed");
    assertEquals(dead.checks.some(({ name }) => name === "access concentrator"), false);
  },
});

Deno.test("doctor prints one line for each problem of a configuration", async () => {
  const file = new URL("../config/invalid/trust.toml", import.meta.url).pathname;
  const { code, stdout } = await pppoeProxy(["doctor", "--config", file]);
  assertEquals(code, 78);
  for (const line of stdout.trim().split("\n")) {
    assertMatch(line, /^failed {3}configuration .*trust\.toml:\d+: \S+\) \[[a-z-]+\]$/);
  }
});

Deno.test({
  name: "doctor explains a path that drops full packets silently, in either direction",
  ignore,
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cables();
    const path = await layLongPath(lab, { delay: 1, seed: 1 });
    const { client } = await startProxyPair(lab, { path });
    await client.stop();
    const examine = async (timeout: string): Promise<Check[]> => {
      const file = `${lab.folder}/branch-1.toml`;
      const args = ["doctor", "--config", file, "--timeout", timeout, "--json"];
      const shipped = pppoeProxyCommand(...args);
      const [program, inside] = path.near(shipped.program, shipped.args);
      const { stdout } = await new Deno.Command(program, { args: inside }).output();
      return JSON.parse(new TextDecoder().decode(stdout)).checks;
    };
    for (const direction of ["there", "back"]) {
      await path.change({ [direction]: { largest: 1_000 } });
      const told = the(await examine("3s"), "path", "failed");
      assertMatch(told, /^No packets with 1\d{3} bytes crossed the path .* set tunnel\.mss/);
      await path.change({ [direction]: { largest: 1_500 } });
    }
    the(await examine("20s"), "path", "ok");
  },
});
