import { ENETDOWN, isShortage } from "../errno.ts";
import { type InterfaceFacts, nameOfIndex } from "../socket/interface.ts";
import type { LinkOptions, LinkStatistics } from "./link.ts";
import {
  bindSocket,
  boundIndex,
  closeSocket,
  filterFrames,
  isLinkGone,
  openSocket,
  type PacketSocket,
  readFacts,
  readKernelDrops,
  takeError,
} from "./packet_socket.ts";
import { openPlainReceiver } from "./plain_receiver.ts";
import type { OpenReceiver, Receiver } from "./receiver.ts";
import { RingWatch } from "./ring_watch.ts";

export const DEFAULT_RING_FRAMES = 4096;

/** Options of a link's sockets. */
export interface LinkSocketsOptions {
  link: LinkOptions;
  openReceiver: OpenReceiver;
  statistics: LinkStatistics;
  /** Called after an error which may mean that the link is down. */
  recheckLink: () => void;
}

/** The sockets of a link, reopened if its interface is replaced by another one. */
export class LinkSockets {
  #options: LinkSocketsOptions;
  #socket: PacketSocket;
  #receiver: Receiver | undefined;
  #watch = new RingWatch();
  #hasLeftRing = false;

  /** Throws SystemError if the interface or a socket cannot be opened. */
  constructor(options: LinkSocketsOptions) {
    this.#options = options;
    [this.#socket, this.#receiver] = this.#open();
  }

  /** Properties of the interface, as of the last `follow` or `takeFacts`. */
  get facts(): InterfaceFacts {
    return this.#socket.facts;
  }

  /** The socket to receive on; -1 if closed. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** The socket to send on; -1 if closed. */
  get sendFd(): number {
    return this.#socket.sendFd;
  }

  /** The receiver on these sockets; undefined if they are closed. */
  get receiver(): Receiver | undefined {
    return this.#receiver;
  }

  /** Whether frames are read one by one because the kernel stopped filling a ring. */
  get hasLeftRing(): boolean {
    return this.#hasLeftRing;
  }

  /** Adopts the interface's address, MTU and carrier, if the interface exists. Throws SystemError. */
  takeFacts(): void {
    const facts = this.#facts();
    if (facts === undefined) return;
    const isMoved = facts.mac.some((byte, i) => byte !== this.#socket.facts.mac[i]);
    this.#socket.facts.mac.set(facts.mac);
    if (isMoved && this.fd >= 0) filterFrames(this.#socket, this.#options.link);
    this.#socket.facts.running = facts.running;
    this.#socket.facts.mtu = facts.mtu; // a frame longer than a slot is read from the socket
  }

  /** Adds the kernel's counters; asks for a check if the ring is stuck. */
  readStatistics(): void {
    if (this.fd < 0) return;
    const counts = readKernelDrops(this.fd, this.#options.statistics);
    this.#watch.look(counts, this.#receiver?.isEmpty ?? false);
    if (this.#watch.isStuck) this.#options.recheckLink();
  }

  /** Replaces a stuck ring by a receiver without one; later if memory or descriptors are short. */
  leaveStuckRing(): void {
    if (!this.#watch.isStuck) return;
    const openReceiver = this.#options.openReceiver;
    this.#options = { ...this.#options, openReceiver: openPlainReceiver };
    try {
      this.#reopen();
      this.#hasLeftRing = true;
    } catch (error) {
      this.#options = { ...this.#options, openReceiver };
      if (!isLinkGone(error) && !isShortage(error)) throw error;
    }
  }

  /** Whether their interface is up and, as far as can be seen, has not been down or replaced. */
  isStillUp(): boolean {
    if (takeError(this.fd) === ENETDOWN) return false; // other errors concern a single frame
    const facts = this.#look();
    if (facts === "unknown") return true;
    return facts?.up === true && facts.index === boundIndex(this.fd);
  }

  /** Why the link carries no frames. */
  get fault(): string {
    if (this.#look() !== undefined) return "interface down";
    const name = this.#rename();
    return name === undefined ? "interface gone" : `interface renamed to "${name}"`;
  }

  /** The interface's new name, if it has one. */
  #rename(): string | undefined {
    try {
      return nameOfIndex(this.facts.index);
    } catch {
      return undefined; // descriptors are short
    }
  }

  /**
   * Checks the interface, and opens new sockets if it was replaced or its address or MTU changed.
   * Returns true if the link is usable, false if not, or the shortage that prevents new sockets.
   */
  follow(): boolean | Error {
    takeError(this.fd); // an error from before this check
    const facts = this.#look();
    if (facts === "unknown" || facts?.up !== true) return false;
    const isSame = this.fd >= 0 && facts.index === boundIndex(this.fd);
    const known = this.facts;
    if (
      isSame && facts.mtu === known.mtu && facts.mac.every((byte, i) => byte === known.mac[i])
    ) return true;
    // Sockets of a removed interface are useless, and the memory they hold may be what is short.
    if (!isSame) this.release();
    try {
      this.#reopen();
      return true;
    } catch (error) {
      if (isLinkGone(error)) return false;
      if (!isShortage(error)) throw error;
      if (!isSame) return error;
      this.#socket.facts = facts; // the old sockets still work
      return true;
    }
  }

  /**
   * Closes the sockets and forgets their descriptors, which the kernel may reuse for other files.
   */
  release(): void {
    if (this.fd < 0) return;
    readKernelDrops(this.fd, this.#options.statistics);
    this.#receiver?.release();
    this.#receiver = undefined;
    closeSocket(this.#socket);
    this.#socket = { fd: -1, sendFd: -1, facts: this.#socket.facts };
  }

  #facts(): InterfaceFacts | undefined {
    try {
      return readFacts(this.#options.link);
    } catch (error) {
      if (isLinkGone(error)) return undefined;
      throw error;
    }
  }

  /** Like `#facts`, but "unknown" if memory or descriptors are short. */
  #look(): InterfaceFacts | "unknown" | undefined {
    try {
      return this.#facts();
    } catch (error) {
      if (isShortage(error)) return "unknown";
      throw error;
    }
  }

  /** Replaces the sockets; keeps them if that throws. */
  #reopen(): void {
    const [socket, receiver] = this.#open();
    this.release();
    this.#socket = socket;
    this.#receiver = receiver;
    this.#watch = new RingWatch();
  }

  #open(): [PacketSocket, Receiver] {
    const { link, openReceiver, statistics, recheckLink } = this.#options;
    const socket = openSocket(link);
    try {
      const receiver = openReceiver({
        fd: socket.fd,
        mtu: socket.facts.mtu,
        frames: link.ringFrames ?? DEFAULT_RING_FRAMES,
        statistics,
        recheckLink,
      });
      try {
        bindSocket(socket);
        return [socket, receiver];
      } catch (error) {
        receiver.release();
        throw error;
      }
    } catch (error) {
      closeSocket(socket);
      throw error;
    }
  }
}
