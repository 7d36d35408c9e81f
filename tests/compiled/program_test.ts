import { assert, assertEquals, assertMatch } from "@std/assert";
import { readPcapng } from "../capture/read_pcapng.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../lab/peers/test_client.ts";
import { canBecomePlainUser, NOBODY } from "../lab/plain_user.ts";
import { runCommand } from "../lab/process.ts";
import { freePort } from "../free_port.ts";
import { ready, startDaemon, startProxyPair } from "../lab/proxy_pair.ts";
import { pppoeProxyCommand, PROGRAM } from "../lab/shipped.ts";
import { needing, type Program, skipping } from "../needs.ts";
import { compiled, compiledObstacle } from "./build.ts";

const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
/** linux/capability.h */
const CAP_NET_RAW = 1 << 13;

/** Defines a test whose labs start the compiled program. */
function testCompiled(name: string, programs: readonly Program[], fn: () => Promise<void>): void {
  const definition = {
    name: `compiled: ${name}`,
    ignore: !insideLab(),
    async fn() {
      Deno.env.set(PROGRAM, compiled);
      try {
        await fn();
      } finally {
        Deno.env.delete(PROGRAM);
      }
    },
  };
  Deno.test(skipping(compiledObstacle, needing(programs, definition)));
}

/** Opens a session through both daemons of a lab. */
async function dialled(lab: Lab): Promise<DialedSession> {
  await lab.cables();
  lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const socket = (name: string) => `[admin]\nsocket = "${lab.folder}/${name}.sock"`;
  await startProxyPair(lab, { server: socket("server"), client: socket("branch-1") });
  return await lab.use(startTestClient("cust0")).dial();
}

testCompiled(
  "X1: files planted in the temporary directory are neither read nor written",
  ["strace"],
  async () => {
    await using lab = await Lab.open();
    const config = await lab.write("server.toml", 'mode = "bridge"\n');
    const folder = `${lab.folder}/tmp`;
    await Deno.mkdir(folder);
    for (const name of ["deno-compile-pppoe-proxy.cache", "deno-compile-pppoe-proxy"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "of a stranger");
    }
    const trace = `${lab.folder}/trace`;
    for (const words of [["version"], ["check", "--config", config]]) {
      const args = ["-f", "-s", "256", "-e", "trace=%file", "-o", trace, compiled, ...words];
      await new Deno.Command("strace", { args, env: { TMPDIR: folder } }).output();
      const calls = await Deno.readTextFile(trace);
      assert(calls.includes(`"${compiled}"`), "the calls are seen");
      const touched = calls.split("\n").filter((line) => line.includes(`"${folder}`));
      assertEquals(touched, []);
    }
    for await (const { name } of Deno.readDir(folder)) {
      assertEquals(await Deno.readTextFile(`${folder}/${name}`), "of a stranger");
    }
  },
);

testCompiled("X4: the soft limit of open files is raised to the hard one", [], async () => {
  await using lab = await Lab.open();
  await lab.cables();
  const { client } = await startProxyPair(lab);
  await client.stop();
  const limited = startDaemon(lab, "branch-1", (program, args) => [
    "sh",
    ["-c", 'ulimit -Sn 1024; exec "$@"', "sh", program, ...args],
  ]);
  await ready(limited);
  const limits = await Deno.readTextFile(`/proc/${limited.pid}/limits`);
  const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits) ?? [];
  assert(Number(hard) > 1024, limits);
  assertEquals(soft, hard);
});

testCompiled(
  "S1: more unauthenticated connections than open files end no session",
  [],
  async () => {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const { server, client } = await startProxyPair(lab);
    await server.stop();
    const limited = startDaemon(lab, "server", (program, args) => [
      "sh",
      ["-c", 'ulimit -n 256; exec "$@"', "sh", program, ...args],
    ]);
    await ready(limited);
    const since = client.output.length;
    client.signal("SIGUSR1"); // connects now
    await client.waitForLine(/tunnel up/, { since });
    const session = await lab.use(startTestClient("cust0")).dial();
    const [, port] = /^listen = "127.0.0.1:(\d+)"/m.exec(
      await Deno.readTextFile(`${lab.folder}/server.toml`),
    ) ?? [];
    const strangers = await Promise.allSettled(
      Array.from(
        { length: 600 },
        () => Deno.connect({ hostname: "127.0.0.1", port: Number(port) }),
      ),
    );
    try {
      for (let i = 0; i < 20; i++) await session.echo(PAYLOAD);
      const files = [...Deno.readDirSync(`/proc/${limited.pid}/fd`)];
      assert(files.length <= 256, `${files.length} open files`);
    } finally {
      for (const stranger of strangers) if (stranger.status === "fulfilled") stranger.value.close();
    }
    assertEquals((await limited.stop()).code, 0);
  },
);

testCompiled("a server of two threads carries the sessions of both", [], async () => {
  await using lab = await Lab.open();
  await lab.cables();
  await lab.cable("cust1", "lan1");
  const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const clients = { north: "lan0", south: "lan1" };
  const { server } = await startProxyPair(lab, { shards: 2, clients });
  for (const name of ["cust0", "cust1"]) {
    const session = await lab.use(startTestClient(name)).dial();
    await session.echo(PAYLOAD);
  }
  assertEquals(new Set(ac.sessions.values()).size, 2, "each thread has its own address");
  assertEquals((await server.stop()).code, 0);
});

testCompiled("X2: a capture can be written to /dev/stdout", [], async () => {
  await using lab = await Lab.open();
  const session = await dialled(lab);
  const { program, args } = pppoeProxyCommand(
    ...["capture", "--socket", `${lab.folder}/server.sock`],
    ...["--count", "2", "--seconds", "20", "--write", "/dev/stdout"],
  );
  const capture = new Deno.Command(program, { args, stdout: "piped", stderr: "piped" }).spawn();
  let running = true;
  void capture.status.then(() => running = false);
  const ended = capture.output();
  while (running) await session.echo(PAYLOAD);
  const { code, stdout, stderr } = await ended;
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(readPcapng(stdout).packets.length, 2);
});

testCompiled("the web page is embedded", [], async () => {
  await using lab = await Lab.open();
  await lab.cables();
  await runCommand(compiled, "keygen", "token", `${lab.folder}/admin.token`);
  const port = freePort();
  const admin = `[admin]\nlisten = "127.0.0.1:${port}"\ntoken_file = "admin.token"`;
  await startProxyPair(lab, { server: admin });
  for (
    const [path, type] of [["", "text/html"], ["assets/main.js", "javascript"], [
      "assets/uplot.js",
      "javascript",
    ]]
  ) {
    const answer = await fetch(`http://127.0.0.1:${port}/${path}`);
    assertEquals(answer.status, 200, path);
    assertMatch(answer.headers.get("content-type") ?? "", new RegExp(type));
    assert((await answer.text()).length > 500, path);
  }
});

testCompiled(
  "X2: doctor's system checks give the same results as from the sources",
  [],
  async () => {
    await using lab = await Lab.open();
    await dialled(lab);
    const doctor = async () => {
      const command = pppoeProxyCommand(
        "doctor",
        "--json",
        "--config",
        `${lab.folder}/server.toml`,
      );
      const { stdout } = await new Deno.Command(command.program, { args: command.args }).output();
      const { checks } = JSON.parse(new TextDecoder().decode(stdout));
      const system = ["interface", "capabilities", "mtu", "offloads", "clock"];
      return checks.filter(({ name }: { name: string }) => system.includes(name))
        .map(({ name, verdict }: { name: string; verdict: string }) => `${name} ${verdict}`);
    };
    const seen = await doctor();
    Deno.env.delete(PROGRAM);
    assertEquals(seen, await doctor());
    assert(seen.length >= 5, `${seen}`);
  },
);

/**
 * Returns a copy of the program with the file capability cap_net_raw+ep, executable by all users.
 */
async function withFileCapability(lab: Lab): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "pppoe-lab-setcap-" });
  lab.use({
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  });
  await Deno.chmod(folder, 0o755);
  const program = `${folder}/pppoe-proxy`;
  await Deno.copyFile(compiled, program);
  await Deno.chmod(program, 0o755);
  await runCommand("setcap", "cap_net_raw+ep", program);
  return program;
}

const plain = canBecomePlainUser() ? undefined : "root, to become an ordinary user";
const plainTest: Deno.TestDefinition = {
  name:
    "compiled: after setcap cap_net_raw+ep an ordinary user can run it without other privileges",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const { server, client } = await startProxyPair(lab, { keep: true });
    for (const daemon of [client, server]) await daemon.stop();
    await runCommand("chown", "-R", `${NOBODY}:${NOBODY}`, lab.folder);
    const program = await withFileCapability(lab);
    const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--inh-caps=-all"];
    const enter = (_: string, args: readonly string[]): [string, string[]] => {
      // The program's command follows Deno's arguments.
      return ["setpriv", [...user, program, ...args.slice(args.indexOf("run", 1))]];
    };
    const daemons = ["server", "branch-1"].map((name) => startDaemon(lab, name, enter));
    for (const daemon of daemons) await ready(daemon);
    await (await lab.use(startTestClient("cust0")).dial()).echo(PAYLOAD);
    for (const { pid } of daemons) {
      const status = await Deno.readTextFile(`/proc/${pid}/status`);
      assertMatch(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
      const [, effective] = /^CapEff:\t(\w+)$/m.exec(status) ?? [];
      assertEquals(Number(`0x${effective}`), CAP_NET_RAW);
      assertEquals(await Deno.readLink(`/proc/${pid}/exe`), program);
    }
    for (const daemon of daemons.toReversed()) assertEquals((await daemon.stop()).code, 0);
  },
};
Deno.test(skipping(compiledObstacle, skipping(plain, needing(["setcap"], plainTest))));

testCompiled("X3: it warns that setting OTEL_DENO at run time has no effect", [], async () => {
  await using lab = await Lab.open();
  await lab.cables();
  const { server } = await startProxyPair(lab, { serverEnv: { OTEL_DENO: "true" } });
  await server.waitForLine(/telemetry unavailable.*OTEL_DENO must be set when.*is compiled/);
});
