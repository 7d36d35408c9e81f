/** What a report says of the machine. Host names, users and the environment are left out. */

/** Files whose content matters for packets, threads and memory. */
const FILES = [
  "/etc/os-release",
  "/proc/cpuinfo",
  "/proc/meminfo",
  "/proc/loadavg",
  "/proc/net/dev",
  "/proc/net/snmp",
  "/proc/net/softnet_stat",
  "/proc/sys/net/core/rmem_max",
  "/proc/sys/net/core/wmem_max",
  "/proc/sys/net/core/default_qdisc",
  "/proc/sys/net/ipv4/tcp_congestion_control",
  "/proc/sys/net/ipv4/tcp_available_congestion_control",
];
const OF_PROCESS = ["limits", "status"];
/** Maximum length of one file's text, in characters. */
const MAX_FILE = 64 * 1024;

/** Returns what is known of the machine, and of the process with this id. */
export async function systemText(pid: number | undefined): Promise<string> {
  const files = pid === undefined
    ? FILES
    : [...FILES, ...OF_PROCESS.map((name) => `/proc/${pid}/${name}`)];
  const texts = await Promise.all(files.map(fileText));
  const { os, arch } = Deno.build;
  return [`${os} ${Deno.osRelease()} ${arch}, ${navigator.hardwareConcurrency} CPUs\n`, ...texts]
    .join("\n");
}

async function fileText(path: string): Promise<string> {
  try {
    return `== ${path}\n${(await Deno.readTextFile(path)).slice(0, MAX_FILE)}`;
  } catch (error) {
    return `== ${path}\n(not readable: ${(error as Error).message})\n`;
  }
}
