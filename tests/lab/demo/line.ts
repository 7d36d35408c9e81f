/** The line that the demo shows: from dialling to hanging up. */
import { CODE_PADR, CODE_PADS, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { type Mac, parseMac } from "../../../src/pppoe/mac.ts";
import { Lab } from "../lab.ts";
import { startTestAc } from "../peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../peers/test_client.ts";
import { tapCable } from "../peers/wire_tap.ts";
import { runCommand } from "../process.ts";
import { startProxyPair } from "../proxy_pair.ts";
import { pppoeProxyCommand } from "../shipped.ts";
import { showKilledServer } from "./killed_server.ts";
import { heading, say } from "./narrative.ts";
import { Wires } from "./wires.ts";

/** Host-Uniq of the customer; the proxy's token in its place has 16 bytes. */
const HOST_UNIQ = Uint8Array.of(0x4e, 0x2f);
/** A packet of 84 bytes after the protocol field of IPv4 (RFC 1332 section 3). */
const PACKET = Uint8Array.from({ length: 86 }, (_, at) => [0x00, 0x21, 0x45][at] ?? at);

/** Builds a line, and shows a session from its dial to its end. */
export async function showLine(): Promise<void> {
  await using lab = await Lab.open();
  const { lan, wan } = await lab.cables();
  const [lanTap, wanTap] = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
  const start = performance.now();
  const socket = `${lab.folder}/server.sock`;
  const admin = `\n[admin]\nsocket = "${socket}"\n`;
  const daemons = await startProxyPair(lab, { keep: true, server: admin });
  const took = Math.round(performance.now() - start);
  say("", `Both daemons are up, with a new certificate and a new secret, after ${took} ms.`);
  const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const customer = lab.use(startTestClient("cust0"));
  const wires = new Wires(
    lanTap,
    wanTap,
    new Map([
      [customer.mac, "customer"],
      [ac.mac, "AC"],
      [await macOf("lan0"), "client"],
      [await macOf("wan0"), "server"],
    ]),
  );
  heading("A customer dials");
  const session = await customer.dial({ hostUniq: HOST_UNIQ });
  await showDial(wires);
  heading("A packet travels to the AC, which returns it");
  await showPacket(wires, session);
  heading("kill -9 of the server");
  await showKilledServer(daemons, session, wires);
  heading("$ pppoe-proxy status");
  const { program, args } = pppoeProxyCommand("status", "--socket", socket);
  say(
    ...(await runCommand(program, ...args)).trimEnd().split("\n").map((line) =>
      `  ${line}`.trimEnd()
    ),
  );
  heading("The customer hangs up");
  await showEnd(wires, session);
}

async function showDial(wires: Wires): Promise<void> {
  await Promise.all([
    wires.carriedDiscovery(CODE_PADR, { lan: "lan0", wan: "ac0" }),
    wires.carriedDiscovery(CODE_PADS, { lan: "cust0", wan: "wan0" }),
  ]);
  say(...wires.newLines());
  wires.assertHidden(HOST_UNIQ.toHex());
  say("The AC saw a token of the proxy in place of the customer's Host-Uniq, and the");
  say("answers with the token came back to this customer and to no other.");
}

async function showPacket(wires: Wires, session: DialedSession): Promise<void> {
  await session.echo(PACKET);
  const { lan, wan } = wires; // each end has a socket of its own, which may be late
  await Promise.all([
    ...["cust0", "lan0"].map((end) => lan.carried(end, 1)),
    ...["wan0", "ac0"].map((end) => wan.carried(end, 1)),
  ]);
  say(...wires.newLines());
}

async function showEnd(wires: Wires, session: DialedSession): Promise<void> {
  wires.newLines(); // the frames of the time around the kill
  session.terminate();
  await wires.carriedDiscovery(CODE_PADT, { lan: "lan0", wan: "ac0" });
  say(...wires.newLines());
}

async function macOf(name: string): Promise<Mac> {
  const text = await Deno.readTextFile(`/sys/class/net/${name}/address`);
  const mac = parseMac(text.trim());
  if (mac === undefined) throw new Error(`"${name}" has no MAC address: ${text}`);
  return mac;
}
