import { formatAddress, overlap } from "../config/addresses.ts";
import { transportsOf } from "../config/transports.ts";
import type { Address, Config } from "../config/types.ts";
import type { Check, DaemonFacts } from "./check.ts";
import type { Findings } from "./findings.ts";
import { describeHolder, portHolder } from "./holders.ts";
import { machineAddresses } from "./interface_facts.ts";

/** Maximum number of addresses that a finding names. */
const MAX_NAMED = 8;

/** Checks that the daemon can listen on its configured addresses, or already does. */
export const LISTENING: Check = {
  name: "listening",
  look({ config, daemon }, findings) {
    const places = listenPlaces(config);
    // All stay open until the end, because they may exclude one another.
    using held = new HeldPlaces();
    for (const place of places) checkPlace(place, { daemon, held, findings });
    return places.length === 0 ? "" : "can listen on all configured addresses, or already does";
  },
};

/** An address to listen on. */
interface ListenPlace {
  key: string;
  address: Address;
  isUdp: boolean;
}

function listenPlaces({ mode, tunnel, admin }: Config): ListenPlace[] {
  const tunnels = mode === "server" ? tunnel.listen : [];
  const transports = transportsOf(tunnel.transport);
  return [
    ...tunnels.flatMap((address) =>
      transports.map((transport) => ({
        key: "tunnel.listen",
        address,
        isUdp: transport === "quic",
      }))
    ),
    ...(admin.listen ?? []).map((address) => ({ key: "admin.listen", address, isUdp: false })),
  ];
}

/** The places where the check listens now. */
class HeldPlaces {
  #places: ListenPlace[] = [];
  #stack = new DisposableStack();

  /** Listens until the end. Throws if that is not possible. */
  hold(place: ListenPlace): void {
    const { address: { host: hostname, port }, isUdp } = place;
    const socket = isUdp
      ? Deno.listenDatagram({ transport: "udp", hostname, port })
      : Deno.listen({ hostname, port });
    this.#stack.defer(() => socket.close());
    this.#places.push(place);
  }

  /** A place that excludes this one, if any. */
  excluding({ address, isUdp }: ListenPlace): ListenPlace | undefined {
    return this.#places.find((other) => other.isUdp === isUdp && overlap(other.address, address));
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** What the check of one place depends on. */
interface PlaceContext {
  daemon: DaemonFacts;
  held: HeldPlaces;
  findings: Findings;
}

function checkPlace(place: ListenPlace, { daemon, held, findings }: PlaceContext): void {
  const { key, address, isUdp } = place;
  const subject = `Cannot listen on ${isUdp ? "UDP" : "TCP"} ${formatAddress(address)}`;
  try {
    held.hold(place);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      const other = held.excluding(place);
      if (other !== undefined) return overlaps(place, other, subject, findings);
      return inUse(place, subject, daemon, findings);
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      const words = `${subject}: this machine does not have that address, but ${ownAddresses()}`;
      const remedy = "write one of these, or add the address before the daemon starts";
      return findings.add("error", "address-foreign", key, { words, remedy });
    }
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    const why = isDenied
      ? "permission denied"
      : error instanceof Error
      ? error.message
      : String(error);
    const remedy = isDenied
      ? "ports below 1024 need CAP_NET_BIND_SERVICE; grant it or choose another port"
      : "check the address";
    findings.add("error", "listen-failed", key, { words: `${subject}: ${why}`, remedy });
  }
}

function overlaps(
  { key }: ListenPlace,
  other: ListenPlace,
  subject: string,
  findings: Findings,
): void {
  findings.add("error", "address-in-use", key, {
    words: `${subject}: "${other.key}" has ${formatAddress(other.address)}, on the same port`,
    remedy: "remove one of the two, or choose another port",
  });
}

function inUse(
  { key, address, isUdp }: ListenPlace,
  subject: string,
  daemon: DaemonFacts,
  findings: Findings,
): void {
  const holder = portHolder(address, isUdp);
  if (daemon.pid !== undefined && (holder ?? daemon.pid) === daemon.pid) return;
  const who = holder === undefined ? "another process" : describeHolder(holder);
  const find = `\`ss -ln${isUdp ? "u" : "t"}p 'sport = :${address.port}'\` as root names it; `;
  findings.add(daemon.mayRun ? "warning" : "error", "address-in-use", key, {
    words: `${subject}: ${who} is using it`,
    remedy: daemon.mayRun
      ? "ignore this if it is the daemon of this configuration"
      : `${holder === undefined ? find : ""}stop that process or choose another port`,
  });
}

/** The addresses of this machine, as the end of a sentence. */
function ownAddresses(): string {
  const every = machineAddresses().map(({ address }) => address);
  if (every.length === 0) return "addresses that this process may not list";
  const all = every.filter((address) => !/^(?:127\.|::1$|fe80:)/.test(address));
  if (all.length === 0) return "only loopback addresses";
  const named = all.slice(0, MAX_NAMED).join(", ");
  return all.length > MAX_NAMED ? `${named} and ${all.length - MAX_NAMED} more` : named;
}
