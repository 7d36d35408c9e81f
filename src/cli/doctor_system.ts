import { readOffloads } from "../../ffi/ethtool.ts";
import { readInterface } from "../../ffi/interface.ts";
import type { InterfaceConfig } from "../config/types.ts";
import { noteState, tryToOpen } from "./check_system.ts";
import { examine, type Examined } from "./examination.ts";
import type { Findings } from "./findings.ts";

/** What an Ethernet frame carries of PPP: without, and with RFC 4638. PPPoE takes 8 bytes more. */
const USUAL = 1_500;
const BABY_JUMBO = 1_508;

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
    ...await examine("offloads", () => examineOffloads(name)),
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

/** Frames that GRO or LRO has joined are split again (ffi/receive_offload.ts), at some cost. */
function examineOffloads(name: string): string {
  const { gro, lro } = readOffloads(name);
  const on = [...(gro ? ["GRO"] : []), ...(lro ? ["LRO"] : [])];
  return on.length === 0
    ? "GRO and LRO are off"
    : `${on.join(" and ")} on: PPPoE frames that are joined are split again, which takes CPU time`;
}
