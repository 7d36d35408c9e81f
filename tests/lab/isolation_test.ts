import { assert, assertEquals } from "@std/assert";
import { CODE_SESSION } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient } from "./peers/test_client.ts";
import { tapCable, type WireTap } from "./peers/wire_tap.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
const FRAMES = 200;

/** Returns a payload filled with its owner's byte. */
function marked(owner: number, index: number): Uint8Array {
  const payload = new Uint8Array(46 + index * 7).fill(owner);
  new DataView(payload.buffer).setUint16(0, 0x0021);
  return payload;
}

async function transfer(session: DialedSession, owner: number): Promise<void> {
  for (let index = 0; index < FRAMES; index++) await session.echo(marked(owner, index));
}

/** Checks that the tap saw all session frames of both directions, all with this owner's byte. */
function assertOnly(tap: WireTap, owner: number): void {
  assertEquals(tap.seen.lost, 0);
  const frames = tap.seen.all(({ code }) => code === CODE_SESSION);
  assertEquals(frames.length, 2 * FRAMES);
  for (const { payload } of frames) assert(payload.subarray(2).every((byte) => byte === owner));
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test({
    name: `two clients of one server never see each other's frames, mac = "${mac}"`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { lan } = await lab.cables();
      const otherLan = await lab.cable("cust1", "lan1");
      const taps = [lab.use(tapCable(lan)), lab.use(tapCable(otherLan))];
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      await startProxyPair(lab, { mac, clients: { north: "lan0", south: "lan1" } });
      const hosts = ["cust0", "cust1"].map((name) => lab.use(startTestClient(name)));

      // The same Host-Uniq on purpose: it must not bring an answer to the wrong customer.
      const hostUniq = Uint8Array.of(0x4e, 0x2f);
      const sessions = await Promise.all(hosts.map((host) => host.dial({ hostUniq })));
      await Promise.all(sessions.map((session, owner) => transfer(session, 0xa0 + owner)));

      for (const [owner, tap] of taps.entries()) {
        for (const end of [`cust${owner}`, `lan${owner}`]) await tap.carried(end, FRAMES);
        assertOnly(tap, 0xa0 + owner);
        const addresses = hosts.map((host) => host.mac);
        const other = addresses[1 - owner];
        const strangers = tap.seen.all((frame) =>
          frame.source === other || frame.destination === other
        );
        assertEquals(strangers, []);
      }
    },
  });
}
