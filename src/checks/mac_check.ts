import type { InterfaceFacts } from "../../ffi/socket/interface.ts";
import { formatMac, readMac } from "../pppoe/mac.ts";
import type { Check, CheckContext } from "./check.ts";
import type { Findings } from "./findings.ts";
import { ethernetInterfaces, findInterface, relativesOf } from "./interface_facts.ts";
import { readSystemFile } from "./system_files.ts";

/** Neighbours in IPv4 (proc_net(5)): address, type, flags, MAC address, mask, device. */
const NEIGHBOURS = "/proc/net/arp";
const KEY = "interface.name";

/** Checks that nobody else has the MAC address of the interface. */
export const MAC_ADDRESS: Check = {
  name: "mac address",
  look({ config }: CheckContext, findings: Findings) {
    const facts = findInterface(config.interface.name);
    if (facts === undefined || !facts.ethernet) return "";
    const { name } = facts;
    const mac = formatMac(readMac(facts.mac, 0));
    const relatives = relativesOf(facts);
    const twin = relatives &&
      ethernetInterfaces().find((other) =>
        !relatives.has(other.name) && formatMac(readMac(other.mac, 0)) === mac
      );
    const remedy = "give each its own: `ip link set NAME address 02:…`";
    if (twin !== undefined) {
      const words = `"${name}" and "${twin}" have the same MAC address ${mac}`;
      findings.add("warning", "mac-duplicate", KEY, { words, remedy });
    }
    const host = neighbourWith(readSystemFile(NEIGHBOURS), mac, name);
    if (host !== undefined) {
      const words = `The host ${host} on "${name}" has the interface's own MAC address ${mac}`;
      findings.add("warning", "mac-duplicate", KEY, { words, remedy });
    }
    noteShared(config, findings);
    return mac;
  },
};

/** The name of another interface that has the same MAC address but not the same hardware. */
export function twinOf(
  { mac }: Pick<InterfaceFacts, "mac">,
  relatives: ReadonlySet<string>,
  all: readonly Pick<InterfaceFacts, "name" | "mac">[],
): string | undefined {
  const own = formatMac(readMac(mac, 0));
  return all.find(({ name, mac }) => !relatives.has(name) && formatMac(readMac(mac, 0)) === own)
    ?.name;
}

/** Notes that the AC sees one MAC address for all customers. */
function noteShared(
  { mode, interface: { mac }, limits }: CheckContext["config"],
  findings: Findings,
) {
  if (mode !== "server" || mac !== "own" || limits.sessions === 1) return;
  findings.add("note", "mac-shared", "interface.mac", {
    words:
      "The AC sees all customers at one MAC address; many ACs limit the sessions and PADIs of one",
    remedy: 'raise these limits on the AC if customers are refused, or set mac = "transparent"',
  });
}

/** The neighbour on an interface that has a MAC address. */
export function neighbourWith(table: string, mac: string, device: string): string | undefined {
  return table.split("\n").slice(1).map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[3]?.toLowerCase() === mac && columns[5] === device)?.[0];
}
