/** Limits on connections that have not authenticated yet. */
export interface AdmissionLimits {
  /** Connections in all. */
  unauthenticated: number;
  /** Connections from one IPv4 address or one IPv6 /64. */
  perAddress: number;
}

/**
 * Counts the connections between accept and authentication, so that strangers can hold only so
 * many sockets. Bounded by `unauthenticated` entries.
 */
export class Admission {
  #limits: AdmissionLimits;
  #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a connection from `host`; false where there is none. */
  enter(host: string): boolean {
    const network = networkOf(host);
    const count = this.#byAddress.get(network) ?? 0;
    if (this.#total >= this.#limits.unauthenticated || count >= this.#limits.perAddress) {
      return false;
    }
    this.#byAddress.set(network, count + 1);
    this.#total++;
    return true;
  }

  /** Gives the place back: authenticated or gone. */
  leave(host: string): void {
    const network = networkOf(host);
    const count = this.#byAddress.get(network) ?? 0;
    if (count <= 1) this.#byAddress.delete(network);
    else this.#byAddress.set(network, count - 1);
    this.#total--;
  }
}

/** What counts as one address: the IPv4 address itself, the /64 of an IPv6 address. */
export function networkOf(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  if (mapped !== null) return mapped[1];
  if (!host.includes(":")) return host;
  const [head, tail] = host.toLowerCase().split("%")[0].split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    while (groups.length + after.length < 8) groups.push("0");
    groups.push(...after);
  }
  return `${groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(":")}::/64`;
}
