import { assertEquals } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { parseMac } from "../../src/pppoe/mac.ts";
import { openJournal } from "../../src/state/open_journal.ts";
import { needing } from "../needs.ts";
import { insideLab, Lab } from "./lab.ts";
import { tapCable } from "./peers/wire_tap.ts";
import { ready, startDaemon, startProxyPair } from "./proxy_pair.ts";
import { dialRp, RP_PROGRAMS, startRpServer } from "./rp_pppoe.ts";

/** Writes sessions to a client's state as if it had had them. */
async function pretend(directory: string, peer: string, ac: number, ids: number[]): Promise<void> {
  const now = Date.now();
  const { journal } = openJournal(directory, { mode: "client", interface: "lan0", mac: "own" }, {
    now: () => now,
    monotonic: () => 0,
    onTrouble: (message) => {
      throw new Error(message);
    },
    onRecovery: () => {},
  });
  const local = parseMac((await Deno.readTextFile("/sys/class/net/lan0/address")).trim()) ?? 0;
  const customer = 0x02_00_00_00_00_c1;
  for (const [i, id] of ids.entries()) {
    journal.opened({
      ...{ peer, handle: i + 1, customer, concentrator: ac, acSessionId: id, wireSessionId: id },
      ...{ remote: customer, local, acName: "lab-ac", serviceName: "", openedAt: now },
      proof: "5a".repeat(16),
    });
  }
  await journal.close();
}

Deno.test(needing(RP_PROGRAMS, {
  name: "H2: a client's list of sessions does not affect rp-pppoe on the server's own machine",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    const { wan } = await lab.cables();
    const tap = lab.use(tapCable(wan));
    await startRpServer(lab, { interface: "ac0", acName: "lab-ac", service: "internet" });
    const daemons = await startProxyPair(lab, { keep: true });
    const host = await dialRp(lab, "wan0");
    const ac = parseMac((await Deno.readTextFile("/sys/class/net/ac0/address")).trim()) ?? 0;
    const [, peer] = /connect = \["([^"]+)"\]/.exec(
      await Deno.readTextFile(`${lab.folder}/branch-1.toml`),
    ) ?? [];
    daemons.client.signal("SIGTERM");
    await daemons.client.status;
    const ids = Array.from({ length: 50 }, (_, i) => i + 1);
    await pretend(`${lab.folder}/branch-1.state`, peer, ac, ids);
    await ready(startDaemon(lab, "branch-1"));
    await daemons.server.waitForLine(/"unknown":50/);
    const before = host.packets.length;
    await host.send(Uint8Array.of(0, 0x21, 1, 2, 3));
    await host.packets.reach(before + 1, "a packet to come back");
    assertEquals(tap.seen.all(({ code }) => code === CODE_PADT), []);
  },
}));
