import { ENETDOWN, isShortage } from "./errno.ts";
import { type InterfaceFacts, readInterface } from "./interface.ts";
import type { LinkOptions, LinkStatistics } from "./link.ts";
import {
  bindSocket,
  boundIndex,
  closeSocket,
  isLinkGone,
  openSocket,
  type PacketSocket,
  readKernelDrops,
  takeError,
} from "./packet_socket.ts";
import type { OpenReceiver, Receiver } from "./receiver.ts";

export const DEFAULT_RING_FRAMES = 4096;

/** What sockets of a link are made of. */
export interface LinkSocketsOptions {
  link: LinkOptions;
  openReceiver: OpenReceiver;
  statistics: LinkStatistics;
  /** Called after an error that may mean that the link is down. */
  doubt: () => void;
}

/** The sockets of a link, others when its interface is another one. */
export class LinkSockets {
  #options: LinkSocketsOptions;
  #socket: PacketSocket;
  #receiver: Receiver | undefined;

  /** Throws SystemError where the interface or its sockets are refused. */
  constructor(options: LinkSocketsOptions) {
    this.#options = options;
    [this.#socket, this.#receiver] = this.#open();
  }

  /** Of the interface, as of the last `follow` and `takeFacts`. */
  get facts(): InterfaceFacts {
    return this.#socket.facts;
  }

  /** The socket to receive on; -1 where there is none. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** The socket to send on; -1 where there is none. */
  get sendFd(): number {
    return this.#socket.sendFd;
  }

  /** What receives on them; undefined where there are none. */
  get receiver(): Receiver | undefined {
    return this.#receiver;
  }

  /** Takes over address and MTU of the interface, if it is there. Throws SystemError. */
  takeFacts(): void {
    const facts = this.#facts();
    if (facts === undefined) return;
    this.#socket.facts.mac.set(facts.mac);
    this.#socket.facts.mtu = facts.mtu; // what no slot holds is read from the socket
  }

  readStatistics(): void {
    if (this.fd >= 0) readKernelDrops(this.fd, this.#options.statistics);
  }

  /** Whether they are those of an interface which is up and has not been down, as far as can be seen. */
  isStillUp(): boolean {
    if (takeError(this.fd) === ENETDOWN) return false; // other errors are of one frame
    const facts = this.#look();
    if (facts === "unknown") return true;
    return facts?.up === true && facts.index === boundIndex(this.fd);
  }

  /** Why nothing can be carried. */
  get fault(): string {
    return this.#look() === undefined ? "interface gone" : "interface down";
  }

  /**
   * Whether the interface is up and there are sockets for it, new ones where it is not the one it was:
   * true or false, or why there are none for now.
   */
  follow(): boolean | Error {
    takeError(this.fd); // tells of the past
    const facts = this.#look();
    if (facts === "unknown" || facts?.up !== true) return false;
    const isSame = this.fd >= 0 && facts.index === boundIndex(this.fd);
    const known = this.facts;
    if (
      isSame && facts.mtu === known.mtu && facts.mac.every((byte, i) => byte === known.mac[i])
    ) return true;
    // Sockets of an interface that has gone are of no use, and what they hold may be short.
    if (!isSame) this.release();
    try {
      const [socket, receiver] = this.#open();
      this.release();
      this.#socket = socket;
      this.#receiver = receiver;
      return true;
    } catch (error) {
      if (isLinkGone(error)) return false;
      if (!isShortage(error)) throw error;
      if (!isSame) return error;
      this.#socket.facts = facts; // the old ones still do
      return true;
    }
  }

  /** Closes them; those who send now must not reach another file of the same number. */
  release(): void {
    if (this.fd < 0) return;
    this.readStatistics();
    this.#receiver?.release();
    this.#receiver = undefined;
    closeSocket(this.#socket);
    this.#socket = { fd: -1, sendFd: -1, facts: this.#socket.facts };
  }

  #facts(): InterfaceFacts | undefined {
    try {
      return readInterface(this.#options.link.interface);
    } catch (error) {
      if (isLinkGone(error)) return undefined;
      throw error;
    }
  }

  /** Likewise; "unknown" where memory or descriptors are short. */
  #look(): InterfaceFacts | "unknown" | undefined {
    try {
      return this.#facts();
    } catch (error) {
      if (isShortage(error)) return "unknown";
      throw error;
    }
  }

  #open(): [PacketSocket, Receiver] {
    const { link, openReceiver, statistics, doubt } = this.#options;
    const socket = openSocket(link);
    try {
      const receiver = openReceiver({
        fd: socket.fd,
        mtu: socket.facts.mtu,
        frames: link.ringFrames ?? DEFAULT_RING_FRAMES,
        statistics,
        doubt,
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
