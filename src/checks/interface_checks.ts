/** Checks of the interface that carries PPPoE. */
import { SystemError } from "../../ffi/errno.ts";
import { readOffloads } from "../../ffi/link/ethtool.ts";
import { closeSocketAside, openSocket } from "../../ffi/link/packet_socket.ts";
import { nearest } from "../config/suggest.ts";
import type { InterfaceConfig } from "../config/types.ts";
import type { Check, CheckContext } from "./check.ts";
import type { Findings, Said } from "./findings.ts";
import { ethernetInterfaces, findInterface, isWireless } from "./interface_facts.ts";

/** Interface MTU for a PPP MTU of 1492: PPPoE takes 8 bytes (RFC 2516 section 7). */
const USUAL_MTU = 1_500;
const PPPOE_OVERHEAD = 8;
/** Interface MTU for a PPP MTU of 1500 (RFC 4638). */
const BABY_JUMBO = 1_508;
/** Maximum number of interfaces that a finding names. */
const MAX_NAMED = 8;
const KEY = "interface.name";
const LOOPBACK = "lo";

/** Checks that the interface exists and can carry frames. */
export const INTERFACE: Check = {
  name: "interface",
  look({ config: { interface: { name, mac } } }, findings) {
    const facts = findInterface(name);
    if (facts === undefined) {
      const names = ethernetInterfaces().map((it) => it.name);
      findings.add("error", "interface-missing", KEY, missing(name, names));
      return "";
    }
    if (!facts.ethernet) {
      findings.add("error", "interface-unusable", KEY, notEthernet(name));
      return "";
    }
    if (!facts.up) {
      const words = `Interface "${name}" is down`;
      findings.add("warning", "interface-down", KEY, { words, remedy: bringUp(name) });
    } else if (!facts.running) {
      const words = `Interface "${name}" has no carrier`;
      const remedy = "check the cable and the port at its other end";
      findings.add("warning", "interface-no-carrier", KEY, { words, remedy });
    }
    if (mac === "transparent" && isWireless(facts)) {
      findings.add("warning", "interface-wireless", "interface.mac", {
        words:
          `"${name}" is Wi-Fi, which drops frames from other addresses than its own, as mac = "transparent" sends`,
        remedy: 'set mac = "own", or use a cable',
      });
    }
    return `"${name}" is up`;
  },
};

/** What to say about an interface such as the loopback or a VPN, which carries no PPPoE frames. */
function notEthernet(name: string): Said {
  const kind = name === LOOPBACK ? "the loopback interface" : "not an Ethernet interface";
  const others = ethernetInterfaces().slice(0, MAX_NAMED).map((it) => `"${it.name}"`).join(", ");
  return {
    words: `"${name}" is ${kind}, and no place for PPPoE`,
    remedy: `choose the Ethernet interface of the customers or of the AC${
      others === "" ? "" : `: ${others}`
    }`,
  };
}

function bringUp(name: string): string {
  return `run \`ip link set ${name} up\``;
}

/** What to say about an interface that is not among those of this machine. */
export function missing(name: string, names: readonly string[]): Said {
  const listed = names.slice(0, MAX_NAMED).map((it) => `"${it}"`).join(", ");
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  const meant = nearest(name, names);
  return {
    words: names.length === 0
      ? `Interface "${name}" does not exist, nor any other Ethernet interface`
      : `Interface "${name}" does not exist; this machine has ${listed}${more}`,
    remedy: names.length === 0
      ? "see `ip link`, and load the driver or attach the interface"
      : meant === undefined
      ? "write one of these names"
      : `did you mean "${meant}"?`,
  };
}

/** Checks that a raw socket can be opened on the interface. */
export const CAPABILITIES: Check = {
  name: "capabilities",
  look({ config: { interface: link } }, findings) {
    if (findInterface(link.name)?.ethernet !== true) return "";
    try {
      tryToOpen(link);
      return "can open raw sockets (CAP_NET_RAW)";
    } catch (error) {
      if (error instanceof SystemError && ["EPERM", "EACCES"].includes(error.code)) {
        findings.add("error", "not-permitted", "", notPermitted(Deno.env.get("INVOCATION_ID")));
      } else {
        const words = error instanceof Error ? error.message : String(error);
        const remedy =
          "choose an Ethernet interface that is not in use by another network namespace";
        findings.add("error", "interface-unusable", KEY, { words, remedy });
      }
      return "";
    }
  },
};

/** Opens a raw socket as `run` does, and closes it; throws SystemError. */
function tryToOpen({ name, mac, etherTypes }: InterfaceConfig): void {
  const promiscuous = mac === "transparent";
  void closeSocketAside(openSocket({ interface: name, promiscuous, etherTypes }));
}

/** What to say without CAP_NET_RAW; `invocation` is set under systemd (systemd.exec(5)). */
function notPermitted(invocation: string | undefined): Said {
  return {
    words: "This process may not open raw sockets: it lacks CAP_NET_RAW",
    remedy: invocation === undefined
      ? `run it as root, or grant it as root with \`setcap cap_net_raw+ep ${Deno.execPath()}\``
      : "add the line AmbientCapabilities=CAP_NET_RAW to [Service] of the unit, then `systemctl daemon-reload`",
  };
}

/** Checks that the interface carries full frames. */
export const MTU: Check = {
  name: "mtu",
  look({ config: { interface: { name } } }, findings) {
    const facts = findInterface(name);
    if (facts?.ethernet !== true) return "";
    const { mtu } = facts;
    if (mtu < USUAL_MTU) {
      findings.add("warning", "mtu-low", KEY, {
        words: `The MTU of "${name}" is ${mtu}, too small for full-size frames`,
        remedy: `run \`ip link set ${name} mtu ${USUAL_MTU}\`, or limit the MRU of customers to ${
          mtu - PPPOE_OVERHEAD
        }`,
      });
    }
    return mtu < BABY_JUMBO
      ? `${mtu}: enough for a PPP MTU of 1492; 1500 (RFC 4638) needs ${BABY_JUMBO}`
      : `${mtu}: enough for a PPP MTU of 1492 or 1500 (RFC 4638)`;
  },
};

/** Merged frames are split again (ffi/link/receive_offload.ts), which costs CPU time. */
export const OFFLOADS: Check = {
  name: "offloads",
  look({ config: { interface: { name } } }: CheckContext, findings: Findings) {
    if (findInterface(name)?.ethernet !== true) return "";
    const { gro, lro } = readOffloads(name);
    const on = [...(gro ? ["gro"] : []), ...(lro ? ["lro"] : [])];
    if (on.length === 0) return "GRO and LRO are off";
    findings.add("note", "offloads-on", KEY, {
      words: `${on.join(" and ").toUpperCase().replace("AND", "and")} of "${name}" ${
        on.length === 1 ? "merges" : "merge"
      } PPPoE frames, which are split again at the cost of CPU time`,
      remedy: `to save it, run \`ethtool -K ${name} ${on.map((it) => `${it} off`).join(" ")}\``,
    });
    return "";
  },
};
