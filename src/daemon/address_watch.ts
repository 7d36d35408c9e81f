import type { Endpoint } from "../tunnel/transport/endpoint.ts";

/** Interval between looks at the addresses, in milliseconds. */
const LOOK = 1_000;
/**
 * Looks at which an address must be the same before it counts. QUIC follows a packet from another
 * address at once, and returns if that does not prove itself within about 3 s (RFC 9000 section 9).
 */
const STEADY = 4;

/** Something whose remote address may change. */
interface Followed {
  readonly source: { readonly remote: Endpoint };
  readonly moved: (address: Endpoint) => void;
  current: Endpoint;
  next: Endpoint;
  seen: number;
}

/** Follows the addresses of connections that survive a change of them, with one timer. */
export class AddressWatch {
  #followed = new Set<Followed>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Calls `moved` whenever the address has changed for good; returns what ends that. */
  follow(source: Followed["source"], moved: Followed["moved"]): () => void {
    const { remote } = source;
    const one = { source, moved, current: remote, next: remote, seen: 0 };
    this.#followed.add(one);
    this.#timer ??= setInterval(() => this.look(), LOOK);
    return () => {
      this.#followed.delete(one);
      if (this.#followed.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Reads all addresses. */
  look(): void {
    for (const one of this.#followed) {
      const { remote } = one.source;
      one.seen = isSame(remote, one.next) ? one.seen + 1 : 1;
      one.next = remote;
      if (one.seen < STEADY || isSame(remote, one.current)) continue;
      one.current = remote;
      one.moved(remote);
    }
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port;
}
