/** docs/failures.md: each failure is caused on real daemons, and `status` names cause and remedy. */
import { assert, assertEquals } from "@std/assert";
import { Status } from "../../src/admin/api/response_schema.ts";
import { AdminClient } from "../../src/cli/remote/admin_client.ts";
import { CODE_PADI, TAG_HOST_UNIQ, TAG_PPP_MAX_PAYLOAD } from "../../src/pppoe/constants.ts";
import { acSystemError } from "../../src/pppoe/error_tags.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { encodeTags } from "../../src/pppoe/tags.ts";
import { failuresIn } from "./failure_table.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { openPort } from "./peers/port.ts";
import { startTestClient } from "./peers/test_client.ts";
import { type LabProcess, runCommand } from "./process.ts";
import { makeSecret, startDaemon, startProxyPair } from "./proxy_pair.ts";
import { pppoeProxyCommand } from "./shipped.ts";

/** Time in which the status must name a failure, in milliseconds. */
const DEADLINE = 10_000;

const TABLE = failuresIn(
  await Deno.readTextFile(new URL("../../docs/failures.md", import.meta.url)),
);

/** Asks daemons for their problems until those of a failure are there, as the table has them. */
class Observer {
  readonly seen = new Set<string>();
  #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Waits for each row of the failure; `daemons` have the names of the lab, by column. */
  async sees(failure: string, daemons: Readonly<Record<string, string>>): Promise<void> {
    const rows = TABLE.filter((row) => row.failure === failure);
    assert(rows.length > 0, `docs/failures.md has no row "${failure}"`);
    this.seen.add(failure);
    for (const row of rows) {
      const daemon = daemons[row.seenOn] ?? row.seenOn;
      using admin = new AdminClient(`${this.#lab.folder}/${daemon}.sock`);
      for (const end = performance.now() + DEADLINE;;) {
        const { problems } = await admin.json({ path: "/api/v1/status" }, Status);
        const same = problems.filter(({ code }) => code === row.code);
        if (same.some(({ words, remedy }) => row.words.test(words) && row.remedy === remedy)) break;
        assert(
          performance.now() < end,
          `${failure}, on ${daemon}: ${JSON.stringify(problems, null, 2)}`,
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

/** Starts further clients beside the pair's, each with one thing wrong; returns the twin. */
async function startWrongClients(lab: Lab): Promise<LabProcess> {
  const config = (await Deno.readTextFile(`${lab.folder}/branch-1.toml`))
    .replace('"lan0"', '"lan1"').replace(/state_dir = .*/, "");
  const change = (name: string, ...changes: [string | RegExp, string][]): Promise<string> =>
    lab.write(
      `${name}.toml`,
      changes.reduce((text, [from, to]) => text.replace(from, to), config),
    );
  await makeSecret(lab, "other");
  const { program, args } = pppoeProxyCommand(
    ...["keygen", "certificate", "--name", "localhost", "--out-dir", `${lab.folder}/other`],
  );
  await Deno.mkdir(`${lab.folder}/other`);
  await runCommand(program, ...args);
  await change("twin");
  await change("thief", ['"branch-1.secret"', '"other.secret"']);
  await change("typo", ['name = "branch-1"', 'name = "branhc-1"']);
  await change("stranger", ['"server.crt"', '"other/server.crt"']);
  await change("filtered", [
    /connect = .*/,
    'connect = ["192.0.2.2:8443"]\nconnect_timeout = "2s"',
  ]);
  const names = ["twin", "thief", "typo", "stranger", "filtered"];
  const clients = names.map((name) => startDaemon(lab, name));
  await Promise.all(
    clients.map((client) => client.waitForLine(/connect failed/, { timeout: 20_000 })),
  );
  return clients[0];
}

/** A path on which all packets to 192.0.2.2 vanish, as behind a firewall that drops them. */
async function makeBlackHole(lab: Lab): Promise<void> {
  await lab.cable("hole0", "hole1");
  await runCommand("ip", "address", "add", "192.0.2.1/24", "dev", "hole0");
  const neighbour = ["lladdr", "02:00:00:00:00:02", "dev", "hole0", "nud", "permanent"];
  await runCommand("ip", "neighbour", "add", "192.0.2.2", ...neighbour);
}

/** Gives the server a small disk for its state; returns what fills it. */
async function mountState(lab: Lab): Promise<() => Promise<void>> {
  const folder = `${lab.folder}/server.state`;
  await Deno.mkdir(folder, { mode: 0o700 });
  await runCommand("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", folder);
  lab.use({ [Symbol.asyncDispose]: async () => void await runCommand("umount", "-l", folder) });
  return async () => {
    using file = await Deno.open(`${folder}/filler`, { write: true, createNew: true });
    const block = new Uint8Array(4_096);
    try {
      for (let i = 0; i < 4 << 20; i += block.length) await file.write(block);
    } catch {
      return; // full
    }
  };
}

/** Three customers ask at once, and one of them for longer packets than the interfaces carry. */
function ask(lab: Lab, lan: string): void {
  const port = lab.use(openPort(lan, () => {}));
  for (const customer of [1, 2, 3]) {
    const tags = [
      { type: 0x0101, value: new Uint8Array(0) },
      { type: TAG_HOST_UNIQ, value: Uint8Array.of(customer) },
      { type: TAG_PPP_MAX_PAYLOAD, value: Uint8Array.of(0x05, 0xdc) },
    ];
    const packet = { destination: BROADCAST, source: 0x02_00_5e_00_00_10 + customer };
    port.send(
      encodeDiscovery({ ...packet, code: CODE_PADI, sessionId: 0, tags: encodeTags(tags) }),
    );
  }
}

Deno.test({
  name: "docs/failures.md: status names each failure's cause and remedy within 10 seconds",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    await makeBlackHole(lab);
    const fillDisk = await mountState(lab);
    const pair = await startProxyPair(lab, { keep: true, server: "[limits]\nsessions = 1" });
    const observer = new Observer(lab);
    const sees = (failure: string, daemons = {}) =>
      observer.sees(failure, { client: "branch-1", server: "server", ...daemons });
    const command = async (...args: string[]) => {
      const { program, args: words } = pppoeProxyCommand(
        ...args,
        "-s",
        `${lab.folder}/server.sock`,
      );
      return await runCommand(program, ...words);
    };

    ask(lab, "cust0");
    const twin = await startWrongClients(lab);
    await sees("Customers ask for longer packets than an interface carries");
    await sees("Two hosts use one client's name", { client: "twin" });
    await sees("The secret is wrong", { client: "thief" });
    await sees("The client's name is unknown to the server", { client: "typo" });
    await sees("The client has not pinned the server's certificate", { client: "stranger" });
    await sees("A firewall drops the packets to the server", { client: "filtered" });
    await sees("No AC answers");

    const host = lab.use(startTestClient("cust0"));
    {
      const refusal = acSystemError("no free address");
      await using _ac = startTestAc({ interface: "ac0", name: "lab-ac", refusal });
      await host.dial().catch(() => {});
      await sees("The AC refuses");
    }
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await host.dial();
    await host.dial({ hostUniq: Uint8Array.of(2) }).catch(() => {});
    await sees("The limit of sessions is reached");

    await fillDisk();
    await command("drain");
    await sees("An operator drains the server");
    await command("drain", "--off");
    await command("kick", "--client", "branch-1");
    await sees("The disk of state_dir is full");
    await Deno.remove(`${lab.folder}/server.state/filler`);

    for (const [name, side] of [["lan0", "client"], ["wan0", "server"]]) {
      await runCommand("ip", "link", "set", name, "down");
      await sees(`The ${side}'s interface is down`);
      await runCommand("ip", "link", "set", name, "up");
    }

    await twin.stop(); // it would take the name of a client that is gone
    pair.server.signal("SIGKILL");
    await sees("The server is killed");
    await pair.restartServer();
    await pair.server.waitForLine(/tunnel up.*branch-1/, { timeout: 20_000 });
    pair.client.signal("SIGKILL");
    await sees("A client is killed");

    assertEquals(TABLE.map(({ failure }) => failure).filter((it) => !observer.seen.has(it)), []);
  },
});
