import { type FilterNetwork, initialFilter } from "../../../ffi/socket/initial_filter.ts";
import { UdpSocket } from "../../../ffi/socket/udp_socket.ts";
import { randomBytes } from "node:crypto";
import { InitialGate, type InitialRule, MAX_NETWORKS } from "./initial_gate.ts";
import { addressBytes } from "../admission/network.ts";
import type { QuicHandshakes } from "./quic_handshakes.ts";
import type { UdpDrops } from "../transport/udp_drops.ts";

/**
 * Receive and send buffers of a QUIC socket, in bytes, as large as a packet socket's: some 1,800
 * full datagrams. The default of 208 KiB holds 90, which one client fills while another's work is
 * done; then the kernel drops everyone's.
 */
export const SOCKET_BUFFER = 4 * 1024 * 1024;

/** Raises the buffers of a QUIC socket. */
export function widenBuffers(socket: UdpSocket | undefined): void {
  socket?.widen(SOCKET_BUFFER);
  socket?.widenSend(SOCKET_BUFFER);
}

/** Maximum networks whose encoded form is cached. */
const MAX_ENCODED = 4 * MAX_NETWORKS;

/** Networks from which clients have recently logged in. */
export interface KnownNetworks {
  /** Whether a client has logged in from the network of this address. */
  isKnown(host: string): boolean;
  /** At most `most` of the networks, latest last; the same array while nothing changes. */
  latest(most: number): readonly string[];
}

/** No known networks. */
export const NO_KNOWN_NETWORKS: KnownNetworks = { isKnown: () => false, latest: () => [] };

/** What a socket's filter depends on. */
export interface QuicSocketOptions {
  known: KnownNetworks;
  handshakes: QuicHandshakes;
  drops: UdpDrops;
  /**
   * Called with the load when the kernel starts to drop first packets; with undefined when it
   * stops.
   */
  flooded: ((perSecond: number | undefined) => void) | undefined;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

/** The UDP socket of a server, with a filter that keeps floods away from the process. */
export class QuicSocket {
  readonly gate: InitialGate;
  #socket: UdpSocket | undefined;
  #seeds: [number, number];
  #encoded = new Map<string, FilterNetwork | undefined>();
  #unfollow: (() => void) | undefined;

  /** Finds the socket that Deno bound to this address; if it is not found, nothing is filtered. */
  constructor(
    { hostname, port }: { hostname: string; port: number },
    { known, handshakes, drops, flooded, now }: QuicSocketOptions,
  ) {
    this.#socket = UdpSocket.find(hostname, port);
    widenBuffers(this.#socket);
    this.#unfollow = this.#socket && drops.follow(this.#socket);
    const secret = new DataView(randomBytes(8).slice().buffer);
    this.#seeds = [secret.getUint32(0) | 1, secret.getUint32(4) | 1];
    this.gate = new InitialGate({
      apply: (rule) => this.#apply(rule),
      known: () => known.latest(MAX_NETWORKS),
      handshaking: () => handshakes.networks(),
      flooded,
      now,
      later: (milliseconds, run) => void setTimeout(run, milliseconds),
    });
    this.#apply({ share: 1, networks: [], complete: true });
  }

  /** Stops updating the socket; its filter stays. */
  close(): void {
    this.#unfollow?.();
    this.#socket = undefined;
    this.gate.close();
  }

  /** Sets the filter, with fewer networks if the kernel's memory is short (net.core.optmem_max). */
  #apply({ share, networks, complete }: InitialRule): void {
    const all = networks.flatMap((network) => this.#encode(network) ?? []);
    for (let most = all.length;; most = most >> 1) {
      const joined = complete && most === all.length;
      const filter = { share, networks: all.slice(0, most), joined, seeds: this.#seeds };
      if (this.#socket?.attach(initialFilter(filter)) !== false || most === 0) return;
    }
  }

  #encode(network: string): [FilterNetwork] | undefined {
    if (this.#encoded.size > MAX_ENCODED) this.#encoded.clear();
    let encoded = this.#encoded.get(network);
    if (encoded === undefined) this.#encoded.set(network, encoded = encodeNetwork(network));
    return encoded && [encoded];
  }
}

/** Encodes a network as named by `networksOf`. */
function encodeNetwork(network: string): FilterNetwork | undefined {
  const [address, isPrefix] = network.split("/");
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  return isPrefix === undefined ? [view.getUint32(12)] : [view.getUint32(0), view.getUint32(4)];
}
