import { readOffloads } from "../../ffi/ethtool.ts";
import { readInterface } from "../../ffi/interface.ts";
import type { InterfaceConfig } from "../config/types.ts";
import { noteState, tryToOpen } from "./check_system.ts";
import { examine, type Examined } from "./examination.ts";
import type { Findings } from "./findings.ts";

/** What an Ethernet frame carries of PPP: without, and with RFC 4638. PPPoE takes 8 bytes more. */
const USUAL = 1_500;
const BABY_JUMBO = 1_508;
/** The kernel's function that joins PPPoE frames, where it has one. */
const PPPOE_GRO = /\bpppoe_gro_receive\b/;

/** The interface: whether it is there and up, may be used, and hands over frames as they are. */
export async function examineSystem(link: InterfaceConfig): Promise<Examined[]> {
  const { name } = link;
  const there = await examine("interface", () => readInterface(name).name);
  if (there.some(({ verdict }) => verdict === "failed")) return there;
  const state = await examine("interface", (findings) => {
    const facts = readInterface(name);
    if (facts.up) noteState(facts, findings);
    else throw new Error(`"${name}" is down; run \`ip link set ${name} up\``);
    return `"${name}" is up`;
  });
  return [
    ...state,
    ...await examine("capabilities", () => {
      tryToOpen(link);
      return "raw sockets may be opened (CAP_NET_RAW)";
    }),
    ...await examine("mtu", (findings) => examineMtu(name, findings)),
    ...await examine("offloads", (findings) => examineOffloads(name, findings)),
  ];
}

function examineMtu(name: string, findings: Findings): string {
  const { mtu } = readInterface(name);
  if (mtu < USUAL) {
    findings.notes.push(
      `The MTU of "${name}" is ${mtu}, so full frames of customers are lost: run \`ip link set ${name} mtu ${USUAL}\`, or have customers use an MRU of ${
        mtu - 8
      } at most`,
    );
  }
  return mtu < BABY_JUMBO
    ? `${mtu}: carries PPP's usual 1492; for RFC 4638's 1500 it would have to be ${BABY_JUMBO}`
    : `${mtu}: carries PPP's usual 1492 and RFC 4638's 1500`;
}

async function examineOffloads(name: string, findings: Findings): Promise<string> {
  const { gro, lro } = readOffloads(name);
  const joined = "frames that are joined to longer ones are dropped as too long";
  if (lro) {
    findings.notes.push(`"${name}" has LRO on: ${joined}; run \`ethtool -K ${name} lro off\``);
  }
  const joins = gro && await kernelJoinsPppoe();
  if (joins) {
    findings.notes.push(
      `"${name}" has GRO on and this kernel knows it for PPPoE: ${joined}; run \`ethtool -K ${name} gro off\``,
    );
  }
  if (!gro) return lro ? "GRO is off" : "GRO and LRO are off";
  return joins === undefined
    ? "GRO is on; whether this kernel does it for PPPoE cannot be read from /proc/kallsyms"
    : "GRO is on, and nothing shows that this kernel does it for PPPoE";
}

/** Undefined where the kernel hides its symbols. */
async function kernelJoinsPppoe(): Promise<boolean | undefined> {
  try {
    return PPPOE_GRO.test(await Deno.readTextFile("/proc/kallsyms"));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined; // frames that are lost for it are counted
  }
}
