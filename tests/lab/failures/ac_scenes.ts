/** What an access concentrator can do wrong. */
import { genericError } from "../../../src/pppoe/error_tags.ts";
import type { Lab } from "../lab.ts";
import { openPort } from "../peers/port.ts";
import { startTestAc, type TestAcOptions } from "../peers/test_ac.ts";
import { startTestClient } from "../peers/test_client.ts";
import { FIRST } from "./scenes.ts";

/** Another address on the AC's wire. */
const OTHER_AC = 0x02_00_5e_00_aa_01;
/** Longer than a customer waits for an offer before it asks again, in milliseconds. */
const LATE = 3_200;
/** Longer than a program looks for ACs, in milliseconds. */
const SEARCH = 5_100;

/** An LCP Echo-Request (RFC 1661 section 5.8), as PPP frame. */
const ECHO = Uint8Array.of(0xc0, 0x21, 9, 1, 0, 8, 1, 2, 3, 4);

/** Causes each on wan0's wire, one after the other; `sees` waits until it is explained. */
export async function seesAcTroubles(
  lab: Lab,
  sees: (failure: string) => Promise<void>,
): Promise<void> {
  const hosts = [0, 1, 2].map((i) => lab.use(startTestClient("cust0", FIRST + 0x20 + i)));
  const deaf = lab.use(startTestClient("cust0", FIRST + 0x40));
  const start = (options: Partial<TestAcOptions>) =>
    startTestAc({ interface: "ac0", name: "bng", ...options });
  {
    await using _relay = openPort("lan0");
    await sees("Another program takes part in PPPoE on the interface");
  }
  {
    await using _ac = start({ name: "slow", offerDelay: LATE, mute: true });
    const offers = await Promise.all(hosts.map((host) => host.discover()));
    for (const [i, host] of hosts.entries()) host.request(offers[i]).catch(() => {}); // no answer
    await sees("An AC answers late");
    await sees("An AC makes offers and does not confirm them");
  }
  {
    await using ac = start({});
    await hosts[0].dial();
    ac.terminate(1, [genericError("no address left")]);
    await sees("An AC ends a session at once");
    const searched = new Promise((resolve) => setTimeout(resolve, SEARCH));
    await deaf.discover();
    const sessions = await Promise.all(hosts.map((host) => host.dial()));
    ac.restart();
    for (const session of sessions) session.send(Uint8Array.of(0, 0x21));
    await sees("An AC restarts");
    await searched;
    for (let padi = 2; padi <= 3; padi++) await deaf.discover();
    await sees("Frames pass in one direction only, from the customers");
    const lost = await hosts[0].dial({ hostUniq: Uint8Array.of(2) });
    ac.restart({ silent: true });
    lost.send(ECHO);
    await sees("An AC goes silent in its sessions");
    await using _other = start({ mac: OTHER_AC, firstSessionId: 9 });
    for (const host of hosts.slice(0, 2)) await host.discover({ hostUniq: Uint8Array.of(3) });
    await sees("Two ACs have one name");
  }
}
