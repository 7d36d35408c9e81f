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

/** Most PADIs in any time of so many milliseconds. */
function peak(times: number[], length: number): number {
  const count = (from: number) => times.filter((at) => at >= from && at < from + length).length;
  return Math.max(...times.map(count));
}

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
    const began = padis[0];
    const facts = {
      padts: crowd.padts,
      padis: padis.length,
      back: Math.round(performance.now() - began),
      second: peak(padis, 1_000),
      tenth: peak(padis, 100),
    };
    assertEquals([ac.sessions.size, crowd.padts], [SESSIONS, SESSIONS]);
    assert(facts.second <= (RATE + BURST) * 1.1, JSON.stringify(facts));
    assert(facts.padis <= SESSIONS * 1.2, JSON.stringify(facts));
    assert(facts.back < 30_000, JSON.stringify(facts));
  },
});
