import { assertEquals } from "@std/assert";
import { skipping } from "../needs.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { canBecomePlainUser, plainUser } from "./plain_user.ts";
import { ready, startDaemon, startProxyPair } from "./proxy_pair.ts";

const obstacle = canBecomePlainUser() ? undefined : "root, to become an ordinary user";
/** linux/capability.h */
const CAP_NET_RAW = 1 << 13;

/** Returns the lines of /proc/PID/status by name. */
async function statusOf(pid: number): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return new Map(text.split("\n").map((line) => line.split(":\t") as [string, string]));
}

Deno.test(skipping(obstacle, {
  name: "both daemons run as a plain user whose only capability is CAP_NET_RAW, and keep state",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const daemons = await startProxyPair(lab, { keep: true });
    const host = lab.use(startTestClient("cust0"));
    const session = await host.dial();
    for (const daemon of [daemons.client, daemons.server]) await daemon.stop();
    const user = await plainUser(lab);
    const server = startDaemon(lab, "server", user.enter, user.env);
    await ready(server);
    const client = startDaemon(lab, "branch-1", user.enter, user.env);
    await client.waitForLine(/sessions resumed/);
    await session.echo(Uint8Array.of(0, 0x21, 0x45, 0, 0, 1));
    await (await host.dial({ hostUniq: Uint8Array.of(1) })).echo(Uint8Array.of(0, 0x21, 7));
    for (const { pid } of [server, client]) {
      const status = await statusOf(pid);
      assertEquals(status.get("Uid")?.split("\t"), ["65534", "65534", "65534", "65534"]);
      for (const set of ["CapEff", "CapPrm", "CapBnd"]) {
        assertEquals(Number(`0x${status.get(set)}`), CAP_NET_RAW);
      }
      assertEquals(status.get("NoNewPrivs"), "1");
    }
    server.signal("SIGHUP");
    await server.waitForLine(/"message":"reloaded"/);
    for (const daemon of [client, server]) assertEquals((await daemon.stop()).code, 0);
    // Findings are about the machine, such as a clock that nothing sets.
    const trouble = /"level":"(error|warning)"(?!.*"message":"finding")/;
    for (const { output } of [client, server]) {
      assertEquals(output.all((line) => trouble.test(line)), []);
    }
  },
}));
