import { assert, assertEquals, assertMatch } from "@std/assert";
import { needing } from "../needs.ts";
import { until } from "../until.ts";
import { Journal } from "./journal.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();

/** A service manager's socket, and the messages that it receives. */
function listenAsManager(lab: Lab): { path: string; heard: Journal<string> } {
  const path = `${lab.folder}/notify`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  const heard = new Journal<string>();
  const read = (async () => {
    for await (const [bytes] of socket) heard.add(new TextDecoder().decode(bytes));
  })();
  lab.use({
    async [Symbol.asyncDispose]() {
      socket.close();
      await read.catch(() => {});
    },
  });
  return { path, heard };
}

/** The state of a process (proc_pid_stat(5)): "T" if it is stopped. */
async function stateOf(pid: number): Promise<string> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  return stat[stat.lastIndexOf(")") + 2];
}

/** Resolves with the number of messages when those that were sent before this call are read. */
async function mark(path: string, heard: Journal<string>): Promise<number> {
  const word = crypto.randomUUID();
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: `${path}-${word}` });
  await socket.send(new TextEncoder().encode(word), { transport: "unixpacket", path });
  socket.close();
  await heard.first((text) => text === word, "our own message");
  return heard.length;
}

Deno.test({
  name:
    "a service manager receives READY, WATCHDOG, RELOADING and STOPPING from a daemon, with its status",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const { path, heard } = listenAsManager(lab);
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: "200000" };
    const { server } = await startProxyPair(lab, { serverEnv: env });
    const says = (pattern: RegExp, since = 0) =>
      heard.first((text) => pattern.test(text), `${pattern}`, { since });
    assertMatch(await says(/^READY=1/), /^READY=1\nSTATUS=0 clients connected, 0 sessions$/);
    await says(/^WATCHDOG=1$/);
    await lab.use(startTestClient("cust0")).dial();
    await says(/^STATUS=1 client connected, 1 session$/);
    const since = heard.length;
    server.signal("SIGHUP");
    const reloading = await says(/^RELOADING=1/, since);
    const [, time] = /MONOTONIC_USEC=(\d+)$/.exec(reloading) ?? [];
    assert(Number(time) > 0, reloading);
    await says(/^READY=1\nSTATUS=1 client connected/, since);
    // A hanging event loop is silent.
    server.signal("SIGSTOP");
    await until(async () => await stateOf(server.pid) === "T");
    const before = await mark(path, heard);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assertEquals(await mark(path, heard), before + 1);
    server.signal("SIGCONT");
    await says(/^WATCHDOG=1$/, before);
    const { code } = await server.stop();
    assertEquals(code, 0);
    await says(/^STOPPING=1\nSTATUS=Stopping$/, since);
  },
});

Deno.test(needing(["socat"], {
  name: "a service manager's socket in the abstract namespace is found too",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const name = `pppoe-proxy-lab-${crypto.randomUUID()}`;
    const manager = lab.start({
      name: "socat",
      program: "socat",
      args: ["-u", "-d", "-d", `ABSTRACT-RECV:${name}`, "STDOUT"],
    });
    await manager.waitForLine(/starting data transfer/);
    await startProxyPair(lab, { serverEnv: { NOTIFY_SOCKET: `@${name}` } });
    await manager.waitForLine(/READY=1/);
  },
}));
