/** Other programs that receive PPPoE discovery on an interface, as a second relay or an AC does. */
import type { Check } from "./check.ts";
import { describeHolder, processWith } from "./holders.ts";
import { findInterface } from "./interface_facts.ts";
import { listFolder, readSystemFile } from "./system_files.ts";

/** Sockets of packet(7) in this network namespace. */
const TABLE = "/proc/net/packet";
/**
 * Protocols as the table shows them: the EtherType of discovery (RFC 2516 section 4); all, of a
 * capture and of what a pppoe-proxy receives with; none, of what it sends with.
 */
const [DISCOVERY, ALL, NONE] = ["8863", "0003", "0000"];
/** Maximum number of sockets that are looked at. */
const MAX_SOCKETS = 64;

/** A socket of an interface. */
export interface PacketSocketRow {
  readonly inode: string;
  readonly protocol: string;
}

/** The sockets of the interface with this index that may receive discovery, in the table's text. */
export function socketsOn(table: string, index: number): PacketSocketRow[] {
  return table.split("\n").slice(1).flatMap((line) => {
    const [, , , protocol, at, , , , inode] = line.trim().split(/\s+/);
    const isOn = Number(at) === index && [DISCOVERY, ALL, NONE].includes(protocol);
    return isOn && inode !== undefined ? [{ inode, protocol }] : [];
  }).slice(0, MAX_SOCKETS);
}

/** The same of an interface of this network namespace. */
export function packetSockets(name: string): PacketSocketRow[] {
  const index = findInterface(name)?.index;
  return index === undefined ? [] : socketsOn(readSystemFile(TABLE), index);
}

/**
 * The inodes of the sockets of other programs that take part in discovery: that receive just that,
 * or everything while another one only sends, as a second pppoe-proxy does and no capture.
 */
export function rivalsAmong(
  sockets: readonly PacketSocketRow[],
  own: ReadonlySet<string>,
): string[] {
  const others = sockets.filter(({ inode }) => !own.has(inode));
  const sends = others.some(({ protocol }) => protocol === NONE);
  return others.filter(({ protocol }) => protocol === DISCOVERY || sends && protocol === ALL).map((
    { inode },
  ) => inode);
}

/** The inodes of this process's sockets. */
export function ownSockets(): Set<string> {
  const folder = "/proc/self/fd";
  return new Set(
    listFolder(folder).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(`${folder}/${descriptor}`))?.[1] ?? [];
      } catch {
        return []; // closed meanwhile
      }
    }),
  );
}

/** Checks that no other program answers or forwards discovery on the interface. */
export const DISCOVERY_SOCKETS: Check = {
  name: "other programs",
  look({ config: { interface: { name } }, daemon }, findings) {
    const others = rivalsAmong(packetSockets(name), ownSockets());
    if (others.length === 0) return "";
    const holder = processWith(new Set(others));
    const isDaemon = holder === undefined ? daemon.mayRun : holder === daemon.pid;
    if (isDaemon) return "";
    const who = holder === undefined ? "Another process" : describeHolder(holder);
    findings.add("warning", "discovery-shared", "interface.name", {
      words: `${who} also receives PPPoE discovery on "${name}", so two may answer a customer`,
      remedy: daemon.mayRun
        ? "ignore this if it is the daemon of this configuration; otherwise stop one of the two"
        : "stop one of the two, such as a second pppoe-proxy, a pppoe-relay or a pppoe-server",
    });
    return "";
  },
};
