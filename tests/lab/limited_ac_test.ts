import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { CODE_PADI } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { Crowd } from "./peers/crowd.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();

/** Number of customers that dial at once. */
const CUSTOMERS = 30;
/**
 * Time limit for all of them, in milliseconds. The AC alone takes 30 s; where each PADI of a
 * customer takes its chance, most of them are not in after 120 s.
 */
const PATIENCE = 90_000;

Deno.test({
  name: "M1: 30 customers that dial at once get sessions from an AC that answers one PADI a second",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "ac", padiInterval: 1_000 }));
    const { server } = await startProxyPair(lab, {});
    const crowd = lab.use(new Crowd("cust0", CUSTOMERS));
    const started = performance.now();
    crowd.dial();
    await crowd.online(0, PATIENCE);
    const elapsed = performance.now() - started;
    const padis = ac.seen.all(({ code }) => code === CODE_PADI).length;
    const facts = `all after ${Math.round(elapsed)} ms with ${padis} PADIs`;
    assertEquals(ac.sessions.size, CUSTOMERS, facts);
    assertLess(padis, 4 * CUSTOMERS, facts);
    const said = server.output.entries.filter((line) => /PADI pacing started/.test(line));
    assertEquals(said.length, 1, said.join("\n"));
    assertMatch(said[0], /"waiting":\d+.*customers wait for an offer.*padi-limit/);
  },
});
