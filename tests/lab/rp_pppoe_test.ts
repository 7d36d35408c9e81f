import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS, codeName } from "../../src/pppoe/constants.ts";
import { needing } from "../needs.ts";
import { insideLab, Lab } from "./lab.ts";
import { tapCable, type Tapped, type WireTap } from "./peers/wire_tap.ts";
import { runCommand } from "./process.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { dialRp, discoverRp, RP_PROGRAMS, type RpClient, startRpServer } from "./rp_pppoe.ts";

const FRAMES = 5_000;
/** Maximum PPP packet: 1,492 bytes with its protocol field. */
const LONGEST = 1_490;
/** Maximum number of packets in flight: `pppoe` has no flow control, and a veth queue is short. */
const WINDOW = 8;

const ignore = !insideLab();

/**
 * Returns packets of every length from 1 byte to the longest, with bytes that differ between
 * packets.
 */
function packetAt(index: number): Uint8Array {
  const packet = new Uint8Array(2 + 1 + index % LONGEST);
  packet.fill(index & 0xff);
  packet[0] = 0x00;
  packet[1] = 0x21;
  for (let at = 2; at < packet.length; at++) packet[at] = index * 31 + at * 7;
  return packet;
}

async function exchange(client: RpClient, packets: readonly Uint8Array[]): Promise<void> {
  for (const [index, packet] of packets.entries()) {
    await client.packets.reach(index - WINDOW + 1, "packets to come back");
    await client.send(packet);
  }
  await client.packets.reach(packets.length, "packets to come back");
}

function codes(seen: readonly Tapped[]): string[] {
  return [...new Set(seen.map(({ code }) => codeName(code)))];
}

async function assertPadtEverywhere(lan: WireTap, wan: WireTap): Promise<void> {
  await wan.padt("ac0"); // the customer's, forwarded to the AC
  await lan.padt("lan0"); // as sent by the customer
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test(needing(RP_PROGRAMS, {
    name: `rp-pppoe discovers, dials and carries frames of every size, mac = "${mac}"`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { lan, wan } = await lab.cables();
      const [lanTap, wanTap] = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
      await startRpServer(lab, { interface: "ac0", acName: "lab-ac", service: "internet" });
      await startProxyPair(lab, { mac });

      const offers = await runCommand("pppoe-discovery", "-I", "cust0", "-U");
      assertStringIncludes(offers, "Access-Concentrator: lab-ac");
      assertStringIncludes(offers, "internet");

      const client = await dialRp(lab, "cust0");
      const packets = Array.from({ length: FRAMES }, (_, index) => packetAt(index));
      await exchange(client, packets);
      const back = client.packets.entries;
      assertEquals(back.length, FRAMES);
      for (const [index, packet] of back.entries()) assertEquals(packet, packets[index]);
      assertEquals(client.faults, 0);

      await client.hangUp();
      await assertPadtEverywhere(lanTap, wanTap);
      for (const tap of [lanTap, wanTap]) {
        const seen = codes(tap.seen.entries);
        for (const code of [CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS]) {
          assert(seen.includes(codeName(code)), `no ${codeName(code)} on the wire: ${seen}`);
        }
      }
    },
  }));
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test(needing(RP_PROGRAMS, {
    name: `A1: rp-pppoe dials either of two ACs on one MAC address by its name, mac = "${mac}"`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      for (const [acName, offset] of [["isp-a", 100], ["isp-b", 200]] as const) {
        await startRpServer(lab, { interface: "ac0", acName, service: "internet", offset });
      }
      await startProxyPair(lab, { mac });
      const offers = await runCommand("pppoe-discovery", "-I", "cust0", "-U");
      for (const acName of ["isp-a", "isp-b"]) assertStringIncludes(offers, acName);
      for (const hostUniq of [["-U"], []]) {
        for (const [acName, offset] of [["isp-a", 100], ["isp-b", 200]] as const) {
          const id = await discoverRp(lab, "cust0", ...hostUniq, "-C", acName);
          assertEquals(Math.floor(id / 100) * 100, offset, `${acName} gave session ${id}`);
        }
      }
    },
  }));
}
