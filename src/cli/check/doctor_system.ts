import { readOffloads } from "../../../ffi/link/ethtool.ts";
import { readInterface } from "../../../ffi/socket/interface.ts";
import type { InterfaceConfig } from "../../config/types.ts";
import { noteState, tryToOpen } from "./check_system.ts";
import { type DoctorCheck, runCheck } from "./doctor_check.ts";
import type { Findings } from "./findings.ts";

/** Interface MTU for a PPP MTU of 1492: PPPoE takes 8 bytes (RFC 2516 section 7). */
const USUAL = 1_500;
/** Interface MTU for a PPP MTU of 1500 (RFC 4638). */
const BABY_JUMBO = 1_508;

/** Checks the interface: that it exists and is up, permissions, MTU and offloads. */
export async function checkHost(link: InterfaceConfig): Promise<DoctorCheck[]> {
  const { name } = link;
  const there = await runCheck("interface", () => readInterface(name).name);
  if (there.some(({ verdict }) => verdict === "failed")) return there;
  const state = await runCheck("interface", (findings) => {
    const facts = readInterface(name);
    if (facts.up) noteState(facts, findings);
    else throw new Error(`"${name}" is down; run \`ip link set ${name} up\``);
    return `"${name}" is up`;
  });
  return [
    ...state,
    ...await runCheck("capabilities", () => {
      tryToOpen(link);
      return "can open raw sockets (CAP_NET_RAW)";
    }),
    ...await runCheck("mtu", (findings) => examineMtu(name, findings)),
    ...await runCheck("offloads", () => examineOffloads(name)),
  ];
}

function examineMtu(name: string, findings: Findings): string {
  const { mtu } = readInterface(name);
  if (mtu < USUAL) {
    findings.notes.push(
      `The MTU of "${name}" is ${mtu}, too small for full-size frames; run \`ip link set ${name} mtu ${USUAL}\`, or limit the MRU of customers to ${
        mtu - 8
      }`,
    );
  }
  return mtu < BABY_JUMBO
    ? `${mtu}: enough for a PPP MTU of 1492; 1500 (RFC 4638) needs ${BABY_JUMBO}`
    : `${mtu}: enough for a PPP MTU of 1492 or 1500 (RFC 4638)`;
}

/** Frames merged by GRO or LRO are split again (ffi/link/receive_offload.ts), which costs CPU time. */
function examineOffloads(name: string): string {
  const { gro, lro } = readOffloads(name);
  const on = [...(gro ? ["GRO"] : []), ...(lro ? ["LRO"] : [])];
  return on.length === 0
    ? "GRO and LRO are off"
    : `${on.join(" and ")} on: merged PPPoE frames are split again, which takes CPU time`;
}
