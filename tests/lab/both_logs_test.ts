/** What goes wrong is in the log of both sides, with the same words. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { acSystemError } from "../../src/pppoe/error_tags.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import type { LabProcess } from "./process.ts";
import { runCommand } from "./process.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { pppoeProxyCommand } from "./shipped.ts";

/** Returns the fields of the next line with this message. */
async function line(of: LabProcess, message: string, since = 0) {
  const pattern = new RegExp(`"message":"${message}"`);
  return JSON.parse(await of.waitForLine(pattern, { since }));
}

Deno.test({
  name:
    "an AC that refuses, an operator and a killed server are explained in the logs of both sides",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const refusal = acSystemError("out of sessions");
    const refusing = startTestAc({ interface: "ac0", name: "lab-ac", refusal });
    const pair = await startProxyPair(lab, { keep: true });
    const host = lab.use(startTestClient("cust0"));
    for (const daemon of [pair.server, pair.client]) {
      const { mode, version, deno, config } = await line(daemon, "starting");
      assert(version && deno && config.endsWith(".toml"));
      assertEquals(mode, daemon === pair.server ? "server" : "client");
    }
    await assertRejects(() => host.dial({ hostUniq: Uint8Array.of(1) }));
    for (const daemon of [pair.server, pair.client]) {
      const { words, ac_name, answer } = await line(daemon, "AC refused");
      assertEquals([words, ac_name, answer], [
        'AC-System-Error "out of sessions"',
        "lab-ac",
        "PADS",
      ]);
    }
    await refusing[Symbol.asyncDispose]();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await host.dial({ hostUniq: Uint8Array.of(2) });
    const { session } = await line(pair.client, "session opened");
    const socket = `${lab.folder}/branch-1.sock`;
    const kick = pppoeProxyCommand("kick", session, "--socket", socket);
    await runCommand(kick.program, ...kick.args);
    for (const daemon of [pair.server, pair.client]) {
      const { reason, by, side, ac_name } = await line(daemon, "session closed");
      assertEquals([reason, by, side, ac_name], ["admin", "admin", "client", "lab-ac"]);
    }
    await host.dial({ hostUniq: Uint8Array.of(3) });
    const since = pair.client.output.length;
    pair.server.signal("SIGKILL");
    assertEquals((await line(pair.client, "tunnel lost", since)).sessions_held, 1);
    const { attempt, cause } = await line(pair.client, "connect failed", since);
    assertEquals(attempt, 1);
    assert(/^connection refused: nothing listens on 127\.0\.0\.1:/.test(cause), cause);
    await pair.restartServer();
    assert((await line(pair.client, "tunnel up", since)).down_for_s > 0);
  },
});
