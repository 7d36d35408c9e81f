import { assert, assertEquals } from "@std/assert";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { type ProxyPair, ready, startDaemon, startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
/** By its keepalive alone the server would not give up a silent tunnel during a test. */
const PATIENT = '[tunnel.keepalive]\ntimeout = "1h"';

/** Writes the configuration of the same client once more, on another segment. */
async function twin(lab: Lab): Promise<void> {
  const config = await Deno.readTextFile(`${lab.folder}/branch-1.toml`);
  await lab.write("twin.toml", config.replace('"lan0"', '"lan1"'));
}

/** Returns how many times the first client's tunnel has come up. */
function tunnels(pair: ProxyPair): number {
  return pair.client.output.entries.filter((line) => /tunnel up/.test(line)).length;
}

Deno.test({
  name: "F1: of two machines with one name the second is refused, and the error names both",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const pair = await startProxyPair(lab);
    const session = await lab.use(startTestClient("cust0")).dial();
    await session.echo(Uint8Array.of(0, 0x21, 1));
    await twin(lab);
    const other = startDaemon(lab, "twin");
    const refusals = () => other.output.entries.filter((line) => /name-in-use/.test(line)).length;
    let since = 0;
    for (let i = 0; i < 4; i++) {
      await pair.server.waitForLine(/client name in use/, { since });
      since = pair.server.output.entries.findLastIndex((line) => /name in use/.test(line)) + 1;
      await session.echo(Uint8Array.of(0, 0x21, 2, i));
    }
    const { attempt, cause } = JSON.parse(await other.waitForLine(/connect failed.*name-in-use/));
    assertEquals(attempt, 1);
    assert(/^login refused: another host is connected under this name: /.test(cause), cause);
    assert(refusals() <= 2, "equal causes are repeated at growing distance");
    assertEquals(tunnels(pair), 1);
    assertEquals(other.output.entries.filter((line) => /tunnel up/.test(line)), []);
    const line = await pair.server.waitForLine(/client name in use/);
    const addresses = new Set(line.match(/127\.0\.0\.1:\d+/g));
    assertEquals([addresses.size, /error/i.test(line)], [2, true], line);
    assertEquals(pair.server.output.all((line) => /rejected/.test(line)), [], "one line each");
    // When the first client stops, the second is admitted.
    since = other.output.length;
    await pair.client.stop();
    await ready(other, since);
  },
});

for (const how of ["SIGKILL", "SIGSTOP"] as const) {
  Deno.test({
    name: `F1: a client whose old tunnel is dead reconnects at once, ${how}`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      await lab.cable("cust1", "lan1");
      const pair = await startProxyPair(lab, { server: PATIENT });
      await twin(lab);
      const since = pair.server.output.length;
      pair.client.signal(how); // a killed client hangs up, a stopped one is silent
      const other = startDaemon(lab, "twin");
      await other.waitForLine(/tunnel up/);
      const up = await pair.server.waitForLine(/tunnel up/, { since });
      assert(!/name-in-use/.test(up));
      assertEquals(other.output.entries.filter((line) => /name-in-use/.test(line)), []);
      if (how === "SIGSTOP") pair.client.signal("SIGCONT");
    },
  });
}
