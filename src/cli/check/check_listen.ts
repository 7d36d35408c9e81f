import { formatAddress } from "../../config/addresses.ts";
import { transportsOf } from "../../config/transports.ts";
import type { Address, Config } from "../../config/types.ts";
import { askForDaemon } from "./doctor_daemon.ts";
import type { Findings } from "./findings.ts";

/** Checks that the daemon can listen on its configured addresses, or already does. */
export async function checkListen(config: Config, findings: Findings): Promise<void> {
  const { mode, tunnel, admin } = config;
  const busy: string[] = [];
  const tunnels = mode === "server" ? tunnel.listen : [];
  const ports = transportsOf(tunnel.transport).map((transport) => transport === "quic");
  for (
    const [address, udp] of [
      ...tunnels.flatMap((it) => ports.map((isUdp) => [it, isUdp] as const)),
      ...(admin.listen ?? []).map((it) => [it, false] as const),
    ]
  ) {
    const why = listenFault(address, udp);
    const text = `${udp ? "UDP" : "TCP"} ${formatAddress(address)}`;
    if (why === "busy") busy.push(text);
    else if (why === "absent") {
      findings.notes.push(
        `This machine does not have the address of ${text} now; \`run\` fails until it is configured`,
      );
    } else if (why !== undefined) findings.problems.push(`Cannot listen on ${text}: ${why}`);
  }
  if (busy.length > 0) await explainBusy(config, busy, findings);
}

async function explainBusy(config: Config, busy: string[], findings: Findings): Promise<void> {
  const { daemon } = await askForDaemon(config);
  if (typeof daemon === "object") return; // the daemon of this configuration
  for (const text of busy) {
    if (daemon === "unknown") {
      findings.notes.push(
        `${text} is in use; ignore this if the daemon of this configuration uses it`,
      );
    } else {
      findings.problems.push(
        `Cannot listen on ${text}: another process is using it; stop that process or choose another port`,
      );
    }
  }
}

/** Listens briefly; returns why that is not possible, or undefined. */
function listenFault({ host, port }: Address, udp: boolean): string | undefined {
  try {
    const place = { hostname: host, port };
    if (udp) Deno.listenDatagram({ transport: "udp", ...place }).close();
    else Deno.listen(place).close();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return "busy";
    if (error instanceof Deno.errors.AddrNotAvailable) return "absent";
    if (error instanceof Deno.errors.PermissionDenied) {
      return "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE";
    }
    return error instanceof Error ? error.message : String(error);
  }
}
