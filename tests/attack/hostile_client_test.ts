import { assert } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import type { LabProcess } from "../lab/process.ts";
import { startProxyPair } from "../lab/proxy_pair.ts";
import { startScript } from "./field.ts";
import { DATAGRAM_CLIENTS, HOSTILE_CLIENTS, type HostileClient } from "./hostile_clients.ts";
import { OwnClient } from "./own_client.ts";
import type { Noticed } from "./probe.ts";

/**
 * Longer than a frame waits on a busy machine, in milliseconds, and more than it loses, as a share:
 * the server was blocked. Without limits it is for a minute and longer.
 */
const LONGEST = 1_500;
const LOST = 0.01;
const ATTEMPTS = 5;

/** Whether the session noticed the attack; `deno task attack` measures how much. */
function hasNoticed({ sent, lost, longest }: Noticed): boolean {
  return lost > sent * LOST || longest > LONGEST;
}

async function notice(probe: LabProcess, during: () => Promise<unknown>): Promise<Noticed> {
  const since = probe.output.length;
  await probe.say("start");
  await during();
  await probe.say("stop");
  return JSON.parse(await probe.waitForLine(/^\{/, { since })) as Noticed;
}

for (
  const [transport, clients] of [["tls", HOSTILE_CLIENTS], ["quic", DATAGRAM_CLIENTS]] as const
) {
  Deno.test({
    name: `H1: whatever a client sends over ${transport}, another client's session is not delayed`,
    ignore: !insideLab(),
    fn: (test) => sufferAll(test, transport, clients),
  });
}

async function sufferAll(
  test: Deno.TestContext,
  transport: "tls" | "quic",
  clients: readonly HostileClient[],
): Promise<void> {
  await using lab = await Lab.open();
  await lab.cables();
  await lab.cable("cust1", "lan1");
  const pair = await startProxyPair(lab, { transport, clients: { north: "lan0", south: "lan1" } });
  await pair.clients.get("south")?.stop();
  await startScript(lab, "ac", ["ac0"]).waitForLine(/serving/);
  const probe = startScript(lab, "probe", ["cust0", "ac0"]);
  await probe.waitForLine(/dialled/);
  const calm = await notice(probe, () => new Promise((resolve) => setTimeout(resolve, 500)));
  for (const { name, run, end } of clients) {
    await test.step(name, async () => {
      const since = pair.server.output.length;
      const attack = () =>
        notice(probe, async () => {
          using client = await OwnClient.logIn(lab.folder, "south");
          const from = pair.server.output.length;
          await run(client);
          if (end !== undefined) {
            await pair.server.waitForLine(end, { since: from });
          }
        });
      let noticed = await attack();
      // Repeat it if the machine may have been blocked: an attack costs the same each time.
      for (let i = 1; i < ATTEMPTS && hasNoticed(noticed); i++) noticed = await attack();
      assert(!hasNoticed(noticed), JSON.stringify({ calm, noticed }));
      assert(pair.server.output.length - since < 40 * ATTEMPTS, "too many log lines");
      await pair.server.waitForLine(/tunnel (lost|closed).*south/, { since });
    });
  }
}
