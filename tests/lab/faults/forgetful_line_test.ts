import { assertEquals } from "@std/assert";
import { CODE_PADT } from "../../../src/pppoe/constants.ts";
import { needing } from "../../needs.ts";
import { insideLab, Lab } from "../lab.ts";
import { tapCable, type WireTap } from "../peers/wire_tap.ts";
import type { LabProcess } from "../process.ts";
import { ready, startDaemon, startProxyPair } from "../proxy_pair.ts";
import { GUEST_PROGRAMS } from "../uml/guest.ts";
import { startLine } from "../uml/line.ts";

/** Time limit from the daemon's restart to one session at the AC, in milliseconds. */
const BACK = 60_000;

/** Returns the ids of the AC kernel's sessions, as last reported. */
function sessionsOf(ac: LabProcess): string[] {
  const line = ac.output.entries.findLast((text) => text.startsWith("LAB SESSIONS"));
  return line?.trim().split(" ").slice(2) ?? [];
}

/** Resolves when the AC has one session and it is not one of `old`. */
async function onlyNew(ac: LabProcess, old: readonly string[]): Promise<void> {
  for (const deadline = performance.now() + BACK; performance.now() < deadline;) {
    const now = sessionsOf(ac);
    if (now.length === 1 && !old.includes(now[0])) return;
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error(`The AC has sessions ${sessionsOf(ac)}, before ${old}`);
}

function padts(tap: WireTap): { source: number; destination: number }[] {
  return tap.seen.all(({ code }) => code === CODE_PADT);
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test(needing(GUEST_PROGRAMS, {
    name:
      `Z2, mac = ${mac}: without state_dir, kill -9 of either daemon interrupts pppd for a few seconds, and the AC keeps no old session`,
    ignore: !insideLab(),
    async fn() {
      await using lab = await Lab.open();
      const { lan, wan } = await lab.cables();
      const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
      const daemons = await startProxyPair(lab, { mac });
      const { ac, customer } = await startLine(lab, "redial");
      const pong = (since: number) => customer.waitForLine(/LAB PONG/, { since });
      await pong(0);
      for (const which of ["server", "client"] as const) {
        const old = sessionsOf(ac);
        assertEquals(old.length, 1);
        const before = taps.map((tap) => padts(tap).length);
        daemons[which].signal("SIGKILL");
        if (which === "server") await daemons.restartServer();
        else {
          await daemons.client.status;
          await ready(startDaemon(lab, "branch-1"));
        }
        const since = customer.output.length;
        await customer.waitForLine(/LAB PONG/, { since });
        await onlyNew(ac, old);
        for (const [i, tap] of taps.entries()) assertEquals(padts(tap).length > before[i], true);
      }
    },
  }));
}
