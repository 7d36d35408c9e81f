import { assert, assertLessOrEqual } from "@std/assert";
import { needing } from "../needs.ts";
import { type FailingCalls, whileFailing } from "./failing_calls.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient } from "./peers/test_client.ts";
import type { LabProcess } from "./process.ts";
import { runCommand } from "./process.ts";
import { type ProxyPair, ready, startDaemon, startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
/** Time for which calls fail, in milliseconds. */
const SHORTAGE = 1_500;
/** Maximum number of log lines per shortage, and of each second that it takes longer. */
const MAX_LINES = 20;
const MORE_LINES = 5;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Scene {
  lab: Lab;
  pair: ProxyPair;
  session: DialedSession;
}

interface Shortage extends FailingCalls {
  of: "server" | "client";
  /** Causes the calls; it may fail. */
  strain(context: Scene): Promise<unknown>;
}

async function connectOften({ pair }: Scene): Promise<void> {
  const port = /127\.0\.0\.1:(\d+)/.exec(pair.server.output.entries.join("\n"))?.[1];
  for (let i = 0; i < 20; i++) {
    const connecting = Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    (await connecting.catch(() => undefined))?.close();
  }
}

/** Sends frames in both directions, some of which may be lost. */
async function sendOften({ session }: Scene): Promise<void> {
  for (let i = 0; i < 50; i++) {
    session.send(new Uint8Array(64).fill(i));
    await pause(2);
  }
}

/** Changes the interface so that the daemon opens new sockets. */
async function changeInterface(): Promise<void> {
  for (const [index, change] of ["down", "mtu 1400", "up", "mtu 1500"].entries()) {
    if (index === 3) await pause(SHORTAGE / 2);
    await runCommand("ip", "link", "set", "wan0", ...change.split(" "));
  }
}

/** Deletes the interface and creates it again. */
async function replaceInterface({ pair }: Scene): Promise<void> {
  const since = pair.server.output.length;
  const show = await runCommand("ip", "-o", "link", "show", "wan0");
  const [, mac = ""] = /link\/ether (\S+)/.exec(show) ?? [];
  const ac = await runCommand("ip", "-o", "link", "show", "ac0");
  const [, acMac = ""] = /link\/ether (\S+)/.exec(ac) ?? [];
  await runCommand("ip", "link", "del", "wan0");
  await pair.server.waitForLine(/interface gone/, { since });
  const pairOf = ["wan0", "address", mac, "type", "veth", "peer", "name", "ac0", "address", acMac];
  await runCommand("ip", "link", "add", ...pairOf);
  for (const end of ["wan0", "ac0"]) await runCommand("ip", "link", "set", end, "up");
  await pair.server.waitForLine(/interface down.*Cannot open/, { since });
}

/** Ends the tunnel, so that the client dials. */
async function loseTunnel({ pair }: Scene): Promise<void> {
  pair.client.signal("SIGUSR1");
  const port = /127\.0\.0\.1:(\d+)/.exec(pair.server.output.entries.join("\n"))?.[1];
  await runCommand("ss", "-K", "dport", "=", `:${port}`);
}

const SHORTAGES: Shortage[] = [
  { of: "server", calls: ["accept4"], error: "ENFILE", strain: connectOften },
  { of: "server", calls: ["accept4"], error: "ENOMEM", strain: connectOften },
  { of: "server", calls: ["accept4"], error: "ENOBUFS", strain: connectOften },
  { of: "server", calls: ["setsockopt"], error: "ENOBUFS", strain: loseTunnel },
  { of: "client", calls: ["socket"], error: "ENFILE", strain: loseTunnel },
  { of: "client", calls: ["socket"], error: "ENOBUFS", strain: loseTunnel },
  { of: "client", calls: ["connect"], error: "ENOMEM", strain: loseTunnel },
  { of: "client", calls: ["connect"], error: "ENOBUFS", strain: loseTunnel },
  { of: "client", calls: ["setsockopt"], error: "ENOMEM", strain: loseTunnel },
  { of: "server", calls: ["socket"], error: "ENFILE", strain: changeInterface },
  { of: "server", calls: ["setsockopt"], error: "ENOMEM", strain: changeInterface },
  { of: "server", calls: ["ioctl"], error: "ENOMEM", strain: changeInterface },
  { of: "server", calls: ["openat", "eventfd2"], error: "ENFILE", strain: changeInterface },
  { of: "server", calls: ["socket"], error: "ENFILE", strain: replaceInterface },
  { of: "server", calls: ["setsockopt"], error: "ENOMEM", strain: replaceInterface },
  { of: "server", calls: ["bind"], error: "ENOBUFS", strain: replaceInterface },
  { of: "server", calls: ["sendmmsg", "sendto"], error: "ENOMEM", strain: sendOften },
  { of: "server", calls: ["sendmmsg", "sendto"], error: "ENOBUFS", strain: sendOften },
  { of: "client", calls: ["sendmmsg"], error: "ENOBUFS", strain: sendOften },
];

/** Checks that sessions continue after a shortage: a frame comes back. */
async function goesOn(session: DialedSession, daemon: LabProcess, what: string): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      await session.echo(Uint8Array.of(0, 0x21, attempt), 2_000);
      return;
    } catch (error) {
      if (attempt === 30) {
        const last = daemon.output.entries.slice(-10).join("\n");
        throw new Error(`No frame comes back after ${what}:\n${last}`, { cause: error });
      }
    }
  }
}

Deno.test(needing(["strace", "ss"], {
  name: "a daemon short of descriptors or kernel memory continues, with few log lines",
  ignore,
  async fn(t) {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const pair = await startProxyPair(lab);
    const session = await lab.use(startTestClient("cust0")).dial();
    for (const { of, strain, ...failing } of SHORTAGES) {
      const what = `${failing.calls} of the ${of} that give ${failing.error}, ${strain.name}`;
      await t.step(what, async () => {
        const daemon = pair[of];
        const [since, began] = [daemon.output.length, performance.now()];
        await whileFailing(daemon, failing, async () => {
          await Promise.all([strain({ lab, pair, session }), pause(SHORTAGE)]);
        });
        await goesOn(session, daemon, what);
        const said = daemon.output.entries.slice(since);
        const longer = (performance.now() - began - SHORTAGE) / 1_000;
        assertLessOrEqual(said.length, MAX_LINES + MORE_LINES * longer, said.join("\n"));
        assert(!said.some((line) => /panicked|uncaught/i.test(line)), said.join("\n"));
      });
    }
  },
}));

for (const error of ["EDQUOT", "EIO"] as const) {
  Deno.test(needing(["strace"], {
    name: `a daemon starts although every write to its state fails with ${error}, and logs it`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const pair = await startProxyPair(lab, { keep: true });
      const session = await lab.use(startTestClient("cust0")).dial();
      const { server } = pair;
      server.signal("SIGKILL");
      await server.status;
      const traced = startDaemon(lab, "server", (program, args) => ["strace", [
        ...["-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64"],
        ...["-e", `inject=pwrite64:error=${error}`, program, ...args],
      ]]);
      await traced.waitForLine(/state write failed/);
      await ready(traced);
      await goesOn(session, traced, `writes that give ${error}`);
    },
  }));
}
