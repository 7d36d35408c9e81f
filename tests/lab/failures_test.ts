/**
 * docs/failures.md: each failure is caused on real daemons, and status, log and page name cause and
 * remedy soon.
 */
import { assertEquals } from "@std/assert";
import { acSystemError } from "../../src/pppoe/error_tags.ts";
import { DOCUMENT, scene, SEEN } from "./failures/observer.ts";
import { seesAcTroubles } from "./failures/ac_scenes.ts";
import { mountState, seesFullDisk } from "./failures/disk_scenes.ts";
import { seesPathTroubles } from "./failures/path_scenes.ts";
import { refusedStarts, seesRefused } from "./failures/refused_starts.ts";
import {
  ask,
  chapFailure,
  failAccept,
  FIRST,
  forgetSessions,
  macOf,
  MAX_PAYLOAD,
  observe,
  portOf,
  seesLostInterface,
  seesSharedAddress,
} from "./failures/scenes.ts";
import {
  type Change,
  floodConnections,
  FOREIGN,
  helloOutdated,
  listenForeign,
  makeBlackHole,
  makeCertificate,
  muteNameServers,
  replaceCertificate,
  startChanged,
  startExpired,
  startWrongClient,
} from "./failures/wrong_clients.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { runCommand } from "./process.ts";
import { freePort } from "../free_port.ts";
import { makeSecret, startProxyPair } from "./proxy_pair.ts";
import { edit, reload } from "./reload.ts";
import { pppoeProxyCommand } from "./shipped.ts";

const ignore = !insideLab();

Deno.test({
  name: "docs/failures.md: logins, paths and other peers that fail are explained on both sides",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    await lab.cable("wan1", "ac1");
    await makeBlackHole(lab);
    await makeSecret(lab, "branch-2");
    const pair = await startProxyPair(lab, {
      host: "0.0.0.0",
      server: '[[clients]]\nname = "branch-2"\nsecret_file = "branch-2.secret"',
    });
    const port = await portOf(lab);
    const observer = observe(lab, pair);
    const sees = (failure: string, name: string, ...changes: Change[]) =>
      scene(failure, async () => {
        await using client = await startWrongClient(lab, name, changes);
        await observer.sees(failure, { client });
      });
    await makeSecret(lab, "other");
    await makeCertificate(lab, "other", 0);
    await sees("Two hosts use one client's name", "twin");
    await sees("The secret is wrong", "thief");
    await sees("The client's name is unknown to the server", "typo");
    await sees("The client has not pinned the server's certificate", "stranger");
    await sees("A firewall drops the packets to the server", "filtered");
    await sees("A firewall drops UDP, which QUIC needs", "blocked");
    await sees("The server's name cannot be resolved", "unresolved");
    await muteNameServers(lab);
    await sees("The name servers do not answer in time", "unanswered");
    const seesForeign = (failure: string, name: keyof typeof FOREIGN) =>
      sees(failure, name, [
        /connect = .*/,
        `connect = ["127.0.0.1:${listenForeign(lab, FOREIGN[name])}"]`,
      ]);
    await seesForeign("The server runs an incompatible version", "outdated");
    await seesForeign("Another program has the server's port", "ssh");
    await seesForeign("The server's port answers, and TLS does not", "mute");
    await helloOutdated(lab, port);
    await observer.sees("A client runs an incompatible version");
    {
      using _flood = await floodConnections(port, 60);
      await observer.sees("Strangers fill the server's places for connections");
    }
    const backup = await startChanged(lab, "backup", [
      ['["0.0.0.0', `["127.0.0.1:${freePort()}", "127.0.0.1`],
      ['name = "branch-1"', 'name = "branch-2"'],
      ['"branch-1.secret"', '"branch-2.secret"'],
    ]);
    await backup.waitForLine(/\bready\b/);
    await observer.sees("The preferred server is away, and a backup is in use", { client: backup });
    await backup.stop();
    const expired = await startExpired(lab);
    await observer.sees("The server's certificate has expired", expired);
    await observer.sees("The clock is earlier than a certificate", expired);
    await observer.sees("UDP does not pass, and the tunnel is over TLS", expired);
  },
});

Deno.test({
  name: "docs/failures.md: what goes wrong on the wires is explained on both sides",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const fillDisk = await mountState(lab);
    const pair = await startProxyPair(lab, { keep: true, server: "[limits]\nsessions = 1" });
    const observer = observe(lab, pair);
    const sees = async (failure: string) => {
      await observer.sees(failure);
      observer.begin();
    };
    const command = async (...args: string[]) => {
      const socket = ["-s", `${lab.folder}/server.sock`];
      const { program, args: words } = pppoeProxyCommand(...args, ...socket);
      return await runCommand(program, ...words);
    };

    await failAccept(pair.server, await portOf(lab));
    await sees("The server has no open files left");
    ask(lab, "cust0", { vlan: 7 });
    await sees("The customers' frames have a VLAN tag");
    ask(lab, "cust0", { more: [MAX_PAYLOAD] });
    await observer.sees("Customers ask for longer packets than an interface carries");
    await sees("No AC answers");
    const host = lab.use(startTestClient("cust0"));
    {
      const refusal = acSystemError("no free address");
      await using _ac = startTestAc({ interface: "ac0", name: "lab-ac", refusal });
      await host.dial().catch(() => {});
      await sees("The AC refuses");
    }
    ask(lab, "cust0", { padis: 60, source: FIRST + 9 });
    await sees("A host floods the segment with PADIs");
    ask(lab, "cust0", { source: await macOf("lan0") });
    await sees("The client's own frames come back: a loop, or a duplicate MAC address");
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const session = await host.dial();
    ac.send(1, chapFailure("Login incorrect"));
    await sees("The AC refuses a customer's user name or password");
    host.dial({ hostUniq: Uint8Array.of(2) }).catch(() => {}); // nothing answers
    await sees("The limit of sessions is reached");
    await edit(lab, "server.toml", "sessions = 1", "sessions = 9\nsessions_per_customer = 1");
    await reload(pair.server);
    host.dial({ hostUniq: Uint8Array.of(3) }).catch(() => {}); // nothing answers
    await sees("A customer reaches its limit of sessions");

    await runCommand("ip", "link", "set", "wan0", "mtu", "1400");
    await pair.server.waitForLine(/interface MTU changed/);
    session.send(new Uint8Array(1_480).fill(0x21, 1, 2));
    await sees("The server's interface has a smaller MTU than the client's");
    await runCommand("ip", "link", "set", "wan0", "mtu", "1500");

    await command("drain");
    await sees("An operator drains the server");
    await command("drain", "--off");
    const change = () => command("kick", "--client", "branch-1");
    await seesFullDisk(lab, fillDisk, { server: pair.server, change, sees });
    for (const [name, side] of [["lan0", "client"], ["wan0", "server"]]) {
      await runCommand("ip", "link", "set", name, "down");
      await sees(`The ${side}'s interface is down`);
      await runCommand("ip", "link", "set", name, "up");
    }
    await pair.client.waitForLine(/interface up/);
    await runCommand("ip", "link", "set", "ac0", "down");
    await sees("The cable of an interface is out");
    await runCommand("ip", "link", "set", "ac0", "up");
    await seesLostInterface(sees);
    pair.client.signal("SIGKILL");
    await sees("A client is killed");
  },
});

Deno.test({
  name: "docs/failures.md: daemons that stop, hang, crash and forget are explained on both sides",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const pair = await startProxyPair(lab, {
      keep: true,
      client: `[tunnel.keepalive]
interval = "500ms"
timeout = "2s"
[sessions]
resume_grace = "60s"`,
    });
    const observer = observe(lab, pair);
    const sees = (failure: string) => observer.sees(failure);
    const host = lab.use(startTestClient("cust0"));
    const recovered = async () => {
      await pair.client.waitForLine(/tunnel up/, { since });
      since = pair.client.output.length;
    };
    let since = pair.client.output.length;

    ask(lab, "cust0", { service: "gold" });
    await sees("Customers ask for a service that no AC offers");
    observer.begin();
    await seesAcTroubles(lab, sees);
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await host.dial();
    observer.begin();
    pair.server.signal("SIGTERM");
    await sees("The server restarts, for example for an upgrade");
    await pair.restartServer();
    await recovered();
    await edit(lab, "branch-1.toml", 'grace = "60s"', 'grace = "2s"');
    await reload(pair.client);
    observer.begin();
    pair.server.signal("SIGSTOP");
    await sees("The server hangs");
    await sees("The tunnel does not return in time");
    pair.server.signal("SIGCONT");
    await recovered();
    await edit(lab, "branch-1.toml", 'grace = "2s"', 'grace = "60s"');
    await reload(pair.client);
    await host.dial({ hostUniq: Uint8Array.of(2) });
    observer.begin();
    pair.server.signal("SIGKILL");
    await sees("The server is killed");
    await pair.server.status;
    await forgetSessions(`${lab.folder}/server.state`);
    await pair.restartServer();
    await recovered();
    await sees("The server was killed, and runs again");
    await sees("The server has lost its sessions");

    observer.begin();
    pair.server.signal("SIGINT");
    await sees("The server is stopped");
    await pair.restartServer();
    await recovered();
    observer.begin();
    pair.client.signal("SIGINT");
    await sees("A client is stopped");
    await replaceCertificate(lab);
    await sees("A certificate was replaced on disk, and is not in use");
  },
});

Deno.test({
  name: "docs/failures.md: paths that are full, lossy or narrow are explained on both sides",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await seesPathTroubles(lab);
  },
});

Deno.test({
  name: "docs/failures.md: one address at two clients is explained",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    await seesSharedAddress(lab);
  },
});

Deno.test({
  name: "docs/failures.md: a daemon that does not start says why, and so does status",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    const pair = await startProxyPair(lab, { keep: true });
    await Deno.mkdir(`${lab.folder}/open`, { mode: 0o700 });
    await Deno.chmod(`${lab.folder}/open`, 0o777);
    await lab.write("public.secret", await Deno.readTextFile(`${lab.folder}/branch-1.secret`));
    await Deno.chmod(`${lab.folder}/public.secret`, 0o644);
    for (const [number, start] of refusedStarts(freePort()).entries()) {
      await seesRefused(lab, start, number);
    }
    assertEquals(await Promise.race([pair.server.status, undefined]), undefined);
  },
});

Deno.test({
  name: "docs/failures.md has no failure that these tests do not cause, and at least 30",
  ignore,
  fn() {
    assertEquals([...DOCUMENT.keys()].filter((failure) => !SEEN.has(failure)), []);
    assertEquals(DOCUMENT.size >= 30, true, `${DOCUMENT.size} failures`);
  },
});
