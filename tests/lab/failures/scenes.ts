/** What the tests of failures do on the wires and disks of a lab. */
import { CODE_PADI, TAG_HOST_UNIQ, TAG_PPP_MAX_PAYLOAD } from "../../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../../src/pppoe/frame.ts";
import { BROADCAST, type Mac, readMac } from "../../../src/pppoe/mac.ts";
import { encodeTags, type Tag } from "../../../src/pppoe/tags.ts";
import type { Lab } from "../lab.ts";
import { openPort } from "../peers/port.ts";
import { startTestAc } from "../peers/test_ac.ts";
import { startTestClient } from "../peers/test_client.ts";
import { type LabProcess, runCommand } from "../process.ts";
import { type ProxyPair, startProxyPair } from "../proxy_pair.ts";
import { Observer } from "./observer.ts";

/** An observer of a pair's one client and of its server. */
export function observe(lab: Lab, pair: ProxyPair): Observer {
  return new Observer(lab, () => ({ client: pair.client, server: pair.server }));
}

/** The TCP port of a lab's server. */
export async function portOf(lab: Lab): Promise<number> {
  const text = await Deno.readTextFile(`${lab.folder}/server.toml`);
  return Number(/listen = ".*:(\d+)"/.exec(text)?.[1]);
}

/** Lets a server have no descriptor free for a moment, in which a connection arrives. */
export async function failAccept(server: LabProcess, port: number): Promise<void> {
  const limit = async (...args: string[]): Promise<string> =>
    await runCommand("prlimit", "--pid", String(server.pid), ...args);
  const usual = (await limit("--nofile", "--output=SOFT", "--noheadings")).trim();
  const used = new Set([...Deno.readDirSync(`/proc/${server.pid}/fd`)].map(({ name }) => name));
  let free = 0;
  while (used.has(String(free))) free++;
  const since = server.output.length;
  await limit(`--nofile=${free}:`);
  try {
    using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await server.waitForLine(/accept failed/, { since });
  } finally {
    await limit(`--nofile=${usual}:`);
  }
}

/** The address of the first customer that asks; the others count up. */
export const FIRST = 0x02_00_5e_00_00_11;
export const MAX_PAYLOAD: Tag = { type: TAG_PPP_MAX_PAYLOAD, value: Uint8Array.of(0x05, 0xdc) };

/** What customers ask for. */
interface Asking {
  /** Number of PADIs. Default 3. */
  padis?: number;
  /** Sender of all; otherwise each has its own. */
  source?: Mac;
  service?: string;
  /** The VLAN that they are in; none by default. */
  vlan?: number;
  more?: readonly Tag[];
}

/** Customers on this wire send PADIs at once. */
export function ask(
  lab: Lab,
  wire: string,
  { padis = 3, source, service = "", vlan, more = [] }: Asking,
): void {
  const port = lab.use(openPort(wire, () => {}));
  for (let i = 0; i < padis; i++) {
    const tags = [
      { type: 0x0101, value: new TextEncoder().encode(service) },
      { type: TAG_HOST_UNIQ, value: Uint8Array.of(i) },
      ...more,
    ];
    const packet = { destination: BROADCAST, source: source ?? FIRST + i, code: CODE_PADI };
    const frame = encodeDiscovery({ ...packet, sessionId: 0, tags: encodeTags(tags) });
    port.send(vlan === undefined ? frame : tagged(frame, vlan));
  }
}

/** Tags a frame (IEEE 802.1Q). */
function tagged(frame: Uint8Array, vlan: number): Uint8Array {
  return Uint8Array.of(...frame.subarray(0, 12), 0x81, 0, vlan >> 8, vlan, ...frame.subarray(12));
}

/** Removes the session database of a `state_dir`. */
export async function forgetSessions(directory: string): Promise<void> {
  for (const { name } of [...Deno.readDirSync(directory)]) {
    if (name.startsWith("sessions.db")) await Deno.remove(`${directory}/${name}`);
  }
}

/** Renames the client's interface, and removes it. */
export async function seesLostInterface(sees: (failure: string) => Promise<void>): Promise<void> {
  await runCommand("ip", "link", "set", "lan0", "down");
  await runCommand("ip", "link", "set", "lan0", "name", "eth7");
  await sees("An interface is renamed");
  await runCommand("ip", "link", "delete", "eth7");
  await sees("An interface disappears");
}

/** Starts two clients on lan0 and lan1, whose customers have one address. */
export async function seesSharedAddress(lab: Lab): Promise<void> {
  lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const clients = { north: "lan0", south: "lan1" };
  const pair = await startProxyPair(lab, { clients, mac: "transparent" });
  const observer = new Observer(lab, () => ({ server: pair.server }));
  await lab.use(startTestClient("cust0", FIRST)).dial();
  lab.use(startTestClient("cust1", FIRST)).dial().catch(() => {}); // it may be refused
  await observer.sees("Two clients have customers with one MAC address");
}

/** The address of an interface. */
export async function macOf(name: string): Promise<Mac> {
  const text = await Deno.readTextFile(`/sys/class/net/${name}/address`);
  return readMac(Uint8Array.fromHex(text.trim().replaceAll(":", "")), 0);
}

/** A CHAP Failure with its message (RFC 1994 section 4.2), as PPP frame. */
export function chapFailure(text: string): Uint8Array {
  const message = new TextEncoder().encode(text);
  return Uint8Array.of(0xc2, 0x23, 4, 1, 0, 4 + message.length, ...message);
}
