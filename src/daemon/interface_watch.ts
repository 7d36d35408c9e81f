import type { Link } from "../../ffi/link/link.ts";
import { logger } from "../log.ts";
import { formatMac, readMac } from "../pppoe/mac.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { MacPolicy } from "../proxy/session/proxy_options.ts";
import { endMoved } from "../proxy/session/session_ends.ts";
import { noCarrier } from "./no_carrier.ts";

const linkLog = logger("link");

/**
 * Returns what detects changes of the interface: of its address, with which sessions were opened, of
 * its MTU and of its carrier.
 */
export function interfaceWatch(link: Link, proxy: Proxy, mac: MacPolicy): () => void {
  const address = (): string => formatMac(readMac(link.mac, 0));
  let known = address();
  let mtu = link.mtu;
  let carrier = true;
  return () => {
    link.followInterface();
    if (link.up && link.carrier !== carrier) {
      carrier = link.carrier;
      if (carrier) linkLog.info("carrier found", { interface: link.name });
      else linkLog.warning("no carrier", { interface: link.name, detail: noCarrier(link) });
    }
    if (link.mtu !== mtu) {
      linkLog.warning("interface MTU changed", { interface: link.name, from: mtu, to: link.mtu });
      mtu = link.mtu;
    }
    if (address() === known) return;
    const ended = mac === "own" ? endMoved(proxy.sessions, link.mac) : 0;
    linkLog.warning("interface address changed", {
      interface: link.name,
      from: known,
      to: address(),
      ended,
    });
    known = address();
  };
}
