/** Other programs that receive PPPoE discovery on an interface, as a second relay or an AC does. */
import type { Check } from "./check.ts";
import { describeHolder, processWith } from "./holders.ts";
import { findInterface } from "./interface_facts.ts";
import { listFolder, readSystemFile } from "./system_files.ts";

/** Sockets of packet(7) in this network namespace. */
const TABLE = "/proc/net/packet";
/** EtherType of discovery (RFC 2516 section 4), as the table shows it. */
const DISCOVERY = "8863";
/** Maximum number of sockets that are looked at. */
const MAX_SOCKETS = 64;

/** The inodes of the sockets for discovery on the interface with this index, in the table's text. */
export function discoverySocketsIn(table: string, index: number): string[] {
  return table.split("\n").slice(1).flatMap((line) => {
    const [, , , protocol, at, , , , inode] = line.trim().split(/\s+/);
    return protocol === DISCOVERY && Number(at) === index && inode !== undefined ? [inode] : [];
  }).slice(0, MAX_SOCKETS);
}

/** The inodes of all sockets for discovery on an interface of this network namespace. */
export function discoverySockets(name: string): string[] {
  const index = findInterface(name)?.index;
  return index === undefined ? [] : discoverySocketsIn(readSystemFile(TABLE), index);
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
    const own = ownSockets();
    const others = discoverySockets(name).filter((inode) => !own.has(inode));
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
