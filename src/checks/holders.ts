/** Which process holds a port or a lock, as far as this user may see it (proc(5)). */
import { isIPv4 } from "node:net";
import { encodeAddress } from "../../ffi/socket/socket_address.ts";
import type { Address } from "../config/types.ts";
import { printable } from "../printable.ts";
import { listFolder, readSystemFile } from "./system_files.ts";

/** Maximum number of descriptors that are looked at, far more than a busy machine has open. */
const MAX_DESCRIPTORS = 200_000;
/** State of a listening socket in /proc/net/tcp (net/tcp_states.h, TCP_LISTEN). */
const LISTENING = "0A";

/** The process that uses a port of an address; undefined if it cannot be known. */
export function portHolder(address: Address, isUdp: boolean): number | undefined {
  const name = isUdp ? "udp" : "tcp";
  const inodes = new Set(
    [name, `${name}6`].flatMap((table) =>
      socketsIn(readSystemFile(`/proc/net/${table}`), address, isUdp)
    ),
  );
  return inodes.size === 0 ? undefined : processWith(inodes);
}

/** The inodes of the sockets in a table that use a port of an address or of all addresses. */
export function socketsIn(table: string, { host, port }: Address, isUdp: boolean): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").slice(1).flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address, number] = local.split(":");
    if (number !== wanted || (!isUdp && state !== LISTENING)) return [];
    return isOverlapping(address, host) ? [inode] : [];
  });
}

/** Whether a socket's address in hexadecimal excludes others from the address `host`. */
function isOverlapping(address: string, host: string): boolean {
  if (/^0+$/.test(address)) return true;
  const isAddress = isIPv4(host) || host.includes(":");
  if (!isAddress || host === "0.0.0.0" || host === "::") return true;
  return address === wordsOf(host);
}

/** An IP address as the kernel prints it: 32-bit words in the machine's order. */
function wordsOf(host: string): string {
  const encoded = encodeAddress(host.split("%")[0], 0);
  const bytes = isIPv4(host) ? encoded.subarray(4, 8) : encoded.subarray(8, 24);
  const words = new Uint32Array(bytes.slice().buffer);
  return [...words].map((word) => word.toString(16).padStart(8, "0")).join("").toUpperCase();
}

/** A process that has one of the sockets with these inodes; undefined if it cannot be known. */
export function processWith(inodes: ReadonlySet<string>): number | undefined {
  let looked = 0;
  for (const pid of listFolder("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of listFolder(`/proc/${pid}/fd`)) {
      if (++looked > MAX_DESCRIPTORS) return undefined;
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return Number(pid);
    }
  }
  return undefined;
}

/** The process that has locked a file with flock(2); undefined if none, or if it is not shown. */
export function lockHolder(path: string): number | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return ino === null ? undefined : lockIn(readSystemFile("/proc/locks"), dev, ino);
  } catch {
    return undefined; // never locked, or not for this user to see
  }
}

/**
 * The process that holds a lock on the file with this device and inode, in the text of /proc/locks.
 * Where the kernel shows another device than stat(2), as on Btrfs, none is found.
 */
export function lockIn(table: string, device: number, inode: number): number | undefined {
  const hexadecimal = (part: bigint): string => part.toString(16).padStart(2, "0");
  const at = `${hexadecimal(majorOf(device))}:${hexadecimal(minorOf(device))}`;
  const line = new RegExp(
    `^\\d+: FLOCK +ADVISORY +WRITE (\\d+) ${at}:${inode} `,
    "m",
  );
  const pid = Number(line.exec(table)?.[1] ?? 0);
  return pid === 0 ? undefined : pid; // 0: a process of another namespace
}

/** Parts of a device number, as glibc's makedev(3) joins them. */
function majorOf(device: number): bigint {
  return BigInt(device) >> 8n & 0xfffn | BigInt(device) >> 32n & ~0xfffn;
}

function minorOf(device: number): bigint {
  return BigInt(device) & 0xffn | BigInt(device) >> 12n & 0xffffff00n;
}

/** Names a process by its id and its program. */
export function describeHolder(pid: number): string {
  const name = printable(readSystemFile(`/proc/${pid}/comm`).trim());
  return `Process ${pid}${name === "" ? "" : ` (${name})`}`;
}

function link(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
