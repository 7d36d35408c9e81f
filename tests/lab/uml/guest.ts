import { encodeFilter } from "../../../ffi/socket/bpf.ts";
import type { Lab } from "../lab.ts";
import type { Program } from "../../needs.ts";
import { type LabProcess, runCommand } from "../process.ts";

/** A guest: one of the scripts next to this file, on an interface of the lab. */
export interface GuestOptions {
  role: "ac" | "customer";
  /** Interface of the machine on which the guest sends its frames, from its own address. */
  interface: string;
  /** Address of the guest. */
  mac: string;
  /** Parameters of the role's script. Values without blanks, commas and quotes. */
  settings: Readonly<Record<string, string>>;
  /** Seconds after which it ends itself. Default 300. */
  life?: number;
}

/** Programs that the guests run. */
export const GUEST_PROGRAMS: readonly Program[] = [
  ...["linux.uml", "pppd", "pppoe-server", "modprobe", "socat", "ping"] as const,
  ...needsFullXstate() ? ["cc"] as const : [],
];

/** Drops the guest's own frames, which User-Mode Linux's raw transport would return to it. */
const NO_OUTGOING = encodeFilter([
  [0x20, 0, 0, 0xffff_f004], // load SKF_AD_OFF + SKF_AD_PKTTYPE (linux/filter.h)
  [0x15, 0, 1, 4], // equal to PACKET_OUTGOING?
  [0x06, 0, 0, 0],
  [0x06, 0, 0, 0x4_0000],
]);

const FULL_XSTATE = new URL("full_xstate.c", import.meta.url).pathname;

/** Builds the library that lets User-Mode Linux run on CPUs with AMX, if it is needed. */
async function preload(folder: string): Promise<Record<string, string>> {
  if (!needsFullXstate()) return {};
  const library = `${folder}/full_xstate.so`;
  await runCommand("cc", "-shared", "-fPIC", "-O2", "-o", library, FULL_XSTATE, "-ldl");
  return { LD_PRELOAD: library };
}

function needsFullXstate(): boolean {
  return /^flags\b.* amx_tile\b/m.test(Deno.readTextFileSync("/proc/cpuinfo"));
}

/** Boots a guest, in about 1.5 seconds. Its console is the process's output. */
export async function startGuest(lab: Lab, options: GuestOptions): Promise<LabProcess> {
  const { role, interface: name, mac, settings, life = 300 } = options;
  const folder = `${lab.folder}/${role}`;
  await Deno.mkdir(folder);
  const filter = `${folder}/outgoing.bpf`;
  await Deno.writeFile(filter, NO_OUTGOING);
  const init = new URL("init.sh", import.meta.url).pathname;
  const values = { LAB_ROLE: role, LAB_LIFE: String(life), ...settings };
  const args = [
    // Ends with this process and after its time, whatever state the guest is in. A guest's kernel
    // that is killed leaves its processes running, so they have a PID namespace that ends with it.
    ...["--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child"],
    ...["timeout", "-k", "3", String(life + 10), "linux.uml"],
    ...["mem=128M", "umid=guest", `uml_dir=${folder}`, "quiet"],
    ...["rootfstype=hostfs", "rootflags=/", "ro", `init=${init}`, "con=null", "con0=null,fd:1"],
    `vec0:transport=raw,ifname=${name},bpffile=${filter},mtu=1500,depth=128,gro=0,mac=${mac}`,
    ...Object.entries(values).map(([key, value]) => `${key}=${value}`),
  ];
  // The guest's memory is a deleted file in this folder.
  const env = { TMPDIR: "/dev/shm", ...await preload(folder) };
  return lab.start({ name: role, program: "setpriv", args, env, ending: "SIGKILL" });
}

/** Resolves with the words of a line `LAB WORD …`; rejects with those of `LAB FAIL …`. */
export async function told(guest: LabProcess, word: string, timeout = 120_000): Promise<string[]> {
  const line = await guest.waitForLine(new RegExp(`^LAB (${word}|FAIL)\\b`), { timeout });
  const [, found, ...rest] = line.trim().split(" ");
  if (found === "FAIL") {
    const last = guest.output.entries.slice(-25).map((text) => `\n  ${text}`).join("");
    throw new Error(`The guest "${guest.name}" failed before ${word}: ${rest.join(" ")}${last}`);
  }
  return rest;
}
