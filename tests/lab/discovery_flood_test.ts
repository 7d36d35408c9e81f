/**
 * Floods against real daemons: an attacker process on the customers' or the AC's cable, and the
 * frames seen on the AC's wire.
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { CODE_PADI, CODE_PADO, CODE_PADR } from "../../src/pppoe/constants.ts";
import type { Observed } from "./peers/observed.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "./peers/test_client.ts";
import { tapCable } from "./peers/wire_tap.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { startScript } from "../attack/field.ts";

const ignore = !insideLab();
/** Duration of an attack, in milliseconds. */
const ATTACK = 5_000;
/** Time after which a host asks again, in milliseconds (RFC 2516 section 8). */
const AGAIN = 5_000;

/** Runs the attack of this name from tests/attack/attacks.ts; resolves when it is over. */
async function suffer(lab: Lab, name: string, milliseconds = ATTACK): Promise<void> {
  const [lan, wan] = ["cust0", "ac0"];
  const target = { port: 0, lan, wan, floodLan: lan, floodWan: wan, folder: "", milliseconds };
  const attacker = startScript(lab, "attacker", [name, JSON.stringify({ target })]);
  await attacker.say("target");
  await attacker.waitForLine(/over/, { timeout: milliseconds + 60_000 });
  await attacker.stop();
}

/** Sends a frame every 20 ms until `done`, each of which must come back; returns their number. */
async function echoAll(session: DialedSession, done: Promise<void>): Promise<number> {
  let over = false;
  done.finally(() => over = true).catch(() => {});
  const back: Promise<unknown>[] = [];
  for (let index = 0; !over; index++) {
    const payload = new Uint8Array(100);
    new DataView(payload.buffer).setUint32(0, 0x0021_0000 + index);
    back.push(session.echo(payload));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.all(back);
  return back.length;
}

/**
 * Dials like a host that asks again after 5 and 10 seconds (RFC 2516 section 8); returns the number
 * of the successful try.
 */
async function tries(host: TestClient): Promise<number> {
  for (let number = 1; number <= 3; number++) {
    const dialling = host.dial({ hostUniq: Uint8Array.of(number), patience: number * AGAIN });
    if (await dialling.catch(() => undefined)) return number;
  }
  return Infinity;
}

const count = (frames: Observed[], code: number) => frames.filter((it) => it.code === code).length;

Deno.test({
  name:
    "H3: 100,000 equal PADRs on a LAN: the AC gets one, opens one session, and another client loses no frame",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await startProxyPair(lab, { clients: { north: "lan0", south: "lan1" } });
    const host = lab.use(startTestClient("cust1"));
    const session = await host.dial({ hostUniq: Uint8Array.of(7) });
    const attack = suffer(lab, "the same PADR 20,000 times per second");
    const [frames] = await Promise.all([echoAll(session, attack), attack]);
    assert(frames > 20, `${frames} frames`);
    const seen = ac.seen.all(() => true);
    assertEquals([count(seen, CODE_PADI), count(seen, CODE_PADR)], [2, 2]);
    assertEquals(ac.sessions.size, 2);
  },
});

Deno.test({
  name:
    "C4: 10,000 PADIs a second on a LAN: a known customer dials at once, new ones with their second or third PADI",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await startProxyPair(lab);
    const known = lab.use(startTestClient("cust0", 0x02_aa_00_00_00_01));
    (await known.dial({ hostUniq: Uint8Array.of(7) })).terminate();
    const fresh = Array.from({ length: 4 }, (_, i) => 0x02_aa_00_00_00_10 + i)
      .map((mac) => lab.use(startTestClient("cust0", mac)));
    const began = performance.now();
    const before = ac.seen.all(({ code }) => code === CODE_PADI).length;
    const attack = suffer(lab, "10,000 PADIs per second from random addresses", 22_000);
    await ac.seen.first(({ source }) => source !== known.mac, "a PADI of the flood");
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    // With its first PADI: it does not ask again.
    await known.dial({ hostUniq: Uint8Array.of(8), patience: AGAIN });
    const needed = await Promise.all(fresh.map(tries));
    assert(needed.every((number) => number <= 3), `${needed}`);
    await attack;
    const padis = ac.seen.all(({ code }) => code === CODE_PADI).length - before;
    assertLessOrEqual(padis, 50 + 200 * (performance.now() - began) / 1_000);
  },
});

Deno.test({
  name:
    "C3: 5,000 PADOs and PADSs a second in answer to every request: few reach the customers' wire, and no session frame is lost",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { lan } = await lab.cables();
    const tap = lab.use(tapCable(lan));
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await startProxyPair(lab);
    const host = lab.use(startTestClient("cust0", 0x02_aa_00_00_00_01));
    const session = await host.dial({ hostUniq: Uint8Array.of(7) });
    const attack = suffer(lab, "5,000 PADOs and PADSs per second in answer to any PADI");
    await Promise.all([echoAll(session, attack), attack]);
    // 25 PADIs were asked of it, which had no session; the AC has answered each once.
    const offers = tap.seen.all(({ code }) => code === CODE_PADO).length;
    assertLessOrEqual(offers, 1 + 30 * (1 + 128));
    assert(offers > 25, `${offers}`);
  },
});
