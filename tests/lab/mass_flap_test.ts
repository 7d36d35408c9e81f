import { assert, assertEquals } from "@std/assert";
import { CODE_PADI } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { Crowd } from "./peers/crowd.ts";
import { openPort } from "./peers/port.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
const SESSIONS = 1_000;
/** Defaults of `limits.padi_rate` and `padi_burst`. */
const RATE = 200;
const BURST = 50;

Deno.test({
  name: "when 1,000 sessions are lost for good, the AC is asked evenly until all are back",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const padis: number[] = [];
    lab.use(openPort("ac0", ({ code }) => {
      if (code === CODE_PADI) padis.push(performance.now());
    }));
    const daemons = await startProxyPair(lab);
    const crowd = lab.use(new Crowd("cust0", SESSIONS));
    crowd.dial();
    await crowd.online();
    assertEquals(ac.sessions.size, SESSIONS);
    padis.length = 0;
    // The server forgets everything; when it is back, all customers get a PADT at once.
    daemons.server.signal("SIGKILL");
    await daemons.restartServer();
    await crowd.online(SESSIONS);
    assertEquals([ac.sessions.size, crowd.padts], [SESSIONS, SESSIONS]);
    // This process may see the first ones late; another test checks their evenness with its own
    // clock. All at once they would take less than a second.
    const took = padis[padis.length - 1] - padis[0];
    const least = 1_000 * (SESSIONS - 2 * BURST) / RATE;
    const facts = `${padis.length} PADIs in ${took} ms`;
    assert(took >= least / 2, facts);
    assert(padis.length <= SESSIONS * 2, facts);
  },
});
