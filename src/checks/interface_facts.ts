import { ENODEV, SystemError } from "../../ffi/errno.ts";
import { type InterfaceFacts, readInterface } from "../../ffi/socket/interface.ts";
import { listFolder, readSystemFile } from "./system_files.ts";

/** Statistics of all interfaces of this network namespace (proc_net(5)). */
const ALL = "/proc/net/dev";
const WIRELESS = "/proc/net/wireless";
/** Attributes of interfaces (sysfs-class-net). */
const SYS = "/sys/class/net";

/** The properties of an interface; undefined if it does not exist. Throws SystemError. */
export function findInterface(name: string): InterfaceFacts | undefined {
  try {
    return readInterface(name);
  } catch (error) {
    if (error instanceof SystemError && error.errno === ENODEV) return undefined;
    throw error;
  }
}

/** All Ethernet interfaces of this network namespace. */
export function ethernetInterfaces(): InterfaceFacts[] {
  return interfaceNames(readSystemFile(ALL)).flatMap((name) => {
    try {
      return findInterface(name) ?? [];
    } catch {
      return [];
    }
  }).filter(({ ethernet }) => ethernet);
}

/** The names in a list such as /proc/net/dev, which has one interface a line and two of heading. */
export function interfaceNames(text: string): string[] {
  return text.split("\n").slice(2).flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
}

/** Whether an interface is Wi-Fi. */
export function isWireless({ name, index }: InterfaceFacts): boolean {
  return interfaceNames(readSystemFile(WIRELESS)).includes(name) ||
    (isShown(name, index) && exists(`${SYS}/${name}/phy80211`));
}

/**
 * Interfaces that share hardware with another, such as its VLANs, its bridge and itself; undefined
 * if the kernel does not show that here.
 */
export function relativesOf({ name, index }: InterfaceFacts): ReadonlySet<string> | undefined {
  if (!isShown(name, index)) return undefined;
  const found = new Set([name]);
  for (const one of found) {
    for (const entry of listFolder(`${SYS}/${one}`)) {
      const relative = /^(?:upper|lower)_(.+)$/.exec(entry)?.[1];
      if (relative !== undefined) found.add(relative);
    }
  }
  return found;
}

/** Whether /sys shows this network namespace: it shows the one in which it was mounted. */
function isShown(name: string, index: number): boolean {
  return readSystemFile(`${SYS}/${name}/ifindex`).trim() === String(index);
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The machine's addresses; none where a sandbox forbids to ask the kernel (systemd.exec(5),
 * `RestrictAddressFamilies=` without AF_NETLINK).
 */
export function machineAddresses(): Deno.NetworkInterfaceInfo[] {
  try {
    return Deno.networkInterfaces();
  } catch {
    return [];
  }
}
