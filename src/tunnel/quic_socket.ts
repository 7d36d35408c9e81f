import { type FilterNetwork, initialFilter } from "../../ffi/initial_filter.ts";
import { UdpSocket } from "../../ffi/udp_socket.ts";
import { randomBytes } from "node:crypto";
import { InitialGate, type InitialRule, MAX_NETWORKS } from "./initial_gate.ts";
import { addressBytes } from "./network.ts";
import type { QuicHandshakes } from "./quic_handshakes.ts";
import type { UdpDrops } from "./udp_drops.ts";

/**
 * Bytes that wait in the socket that all clients share. The usual 208 KiB are 90 datagrams, which
 * one client fills while another's work is done: then the kernel drops everybody's.
 */
export const RECEIVE_QUEUE = 1024 * 1024;
/** Networks whose form for the kernel is kept. */
const MAX_ENCODED = 4 * MAX_NETWORKS;

/** Where clients have logged in from lately. */
export interface KnownNetworks {
  /** Whether it is the network of an address. */
  isKnown(host: string): boolean;
  /** Up to so many of them, the latest last; the same array as long as nothing is new. */
  latest(most: number): readonly string[];
}

/** No client has logged in yet. */
export const NOBODY: KnownNetworks = { isKnown: () => false, latest: () => [] };

/** What a socket is guarded by. */
export interface QuicSocketOptions {
  known: KnownNetworks;
  handshakes: QuicHandshakes;
  drops: UdpDrops;
  /** The kernel begins to drop first packets, of so many a second; or no longer does. */
  flooded: ((perSecond: number | undefined) => void) | undefined;
  /** Milliseconds of a steady clock. */
  now: () => number;
}

/** The UDP socket of a server, with a filter that keeps floods from the process. */
export class QuicSocket {
  readonly gate: InitialGate;
  #socket: UdpSocket | undefined;
  #seeds: [number, number];
  #encoded = new Map<string, FilterNetwork | undefined>();
  #unfollow: (() => void) | undefined;

  /** Finds the socket that Deno has bound to this address; without it, nothing is filtered. */
  constructor(
    { hostname, port }: { hostname: string; port: number },
    { known, handshakes, drops, flooded, now }: QuicSocketOptions,
  ) {
    this.#socket = UdpSocket.find(hostname, port);
    this.#socket?.widen(RECEIVE_QUEUE);
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

  /** Looks at it no more; its filter stays. */
  close(): void {
    this.#unfollow?.();
    this.#socket = undefined;
    this.gate.close();
  }

  /** Where the kernel's memory for filters is short (net.core.optmem_max), it is told fewer networks. */
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

/** A network as `networksOf` names it. */
function encodeNetwork(network: string): FilterNetwork | undefined {
  const [address, isPrefix] = network.split("/");
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  return isPrefix === undefined ? [view.getUint32(12)] : [view.getUint32(0), view.getUint32(4)];
}
