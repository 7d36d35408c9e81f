import { isIP } from "node:net";
import { SystemError } from "../../ffi/errno.ts";
import { outgoingAddress } from "../../ffi/socket/outgoing_address.ts";
import { formatAddress } from "../config/addresses.ts";
import type { Address, ClientConfig } from "../config/types.ts";
import { KERNEL_SESSIONS, parseKernelSessions } from "../pppoe/kernel_sessions.ts";
import type { Check } from "./check.ts";
import type { Findings } from "./findings.ts";
import {
  ethernetInterfaces,
  findInterface,
  machineAddresses,
  relativesOf,
} from "./interface_facts.ts";
import { missing } from "./interface_checks.ts";
import { readSystemFile } from "./system_files.ts";

const LOOPBACK = "lo";
const KEY = "tunnel.connect";

/** Checks that the tunnel does not leave through the line or the interface that it carries. */
export const ROUTE: Check = {
  name: "route",
  look({ config }, findings) {
    if (config.mode !== "client") return "";
    const { bindInterface } = config.tunnel;
    if (bindInterface !== undefined && findInterface(bindInterface) === undefined) {
      const names = ethernetInterfaces().map(({ name }) => name);
      const said = missing(bindInterface, names);
      findings.add("error", "interface-missing", "tunnel.bind_interface", said);
      return "";
    }
    const ways = config.tunnel.connect.filter(({ host }) => isIP(host) !== 0)
      .flatMap((address) => checkRoute(address, config, findings) ?? []);
    return ways.length === 0 ? "" : ways.join("; ");
  },
};

/** Returns a sentence on the way to a server. */
function checkRoute(
  address: Address,
  config: ClientConfig,
  findings: Findings,
): string | undefined {
  const { bindInterface, mark } = config.tunnel;
  const shown = formatAddress(address);
  let local: string;
  try {
    const route = { interface: bindInterface, mark };
    local = outgoingAddress(address.host, address.port, route);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL"].includes(error.code)) {
      const words = `There is no route to ${shown} now`;
      const remedy = `see \`ip route get ${address.host}\`; the client tries again by itself`;
      findings.add("warning", "route-missing", KEY, { words, remedy });
    }
    return undefined; // the daemon's own error explains others, such as EPERM for a mark
  }
  const out = bindInterface ?? machineAddresses().find((it) => it.address === local)?.name;
  if (out === undefined) return undefined;
  judgeWay(findWay(out, shown, config.interface.name), findings);
  return `packets to ${shown} leave through "${out}"`;
}

/** The way to a server, and what could lead it through the line that the tunnel carries. */
export interface Way {
  /** The server's address, for messages. */
  server: string;
  /** The interface through which packets to it leave. */
  out: string;
  /** Whether that is neither Ethernet nor loopback, such as a PPP interface. */
  isLine: boolean;
  /** The interface whose PPPoE frames the tunnel carries. */
  captured: string;
  /** Interfaces that share hardware with it. */
  relatives: ReadonlySet<string>;
  /** Interfaces over which this machine dials PPPoE lines itself. */
  dialled: readonly string[];
}

/** Adds what is wrong with a way to a server. */
export function judgeWay(way: Way, findings: Findings): void {
  const { server, out, isLine, captured, relatives, dialled } = way;
  if (out === captured) {
    return findings.add("note", "route-through-interface", KEY, {
      words: `The tunnel to ${server} leaves through "${out}", whose PPPoE frames it carries`,
      remedy: "if this is not meant, set tunnel.bind_interface or correct the route",
    });
  }
  const device = dialled.find((it) => it === captured || relatives.has(it));
  if (!isLine || device === undefined) return;
  findings.add("warning", "route-through-line", KEY, {
    words:
      `The tunnel to ${server} leaves through "${out}", and this machine dials a PPPoE line over "${device}": the tunnel would run through the line that it carries`,
    remedy:
      `route ${server} past "${out}": set tunnel.bind_interface to the uplink, or tunnel.mark`,
  });
}

function findWay(out: string, server: string, captured: string): Way {
  const [facts, own] = [findInterface(out), findInterface(captured)];
  return {
    server,
    out,
    isLine: facts !== undefined && !facts.ethernet && out !== LOOPBACK,
    captured,
    relatives: own === undefined ? new Set() : relativesOf(own) ?? new Set(),
    dialled: pppoeDevices(readSystemFile(KERNEL_SESSIONS)),
  };
}

/** The interfaces over which the kernel's own sessions run. */
export function pppoeDevices(list: string): string[] {
  return parseKernelSessions(list).map(({ device }) => device);
}
