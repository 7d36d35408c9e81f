/** Options of this process's UDP sockets that Deno does not offer (udp(7), socket(7)). */
import type { Instruction } from "./bpf.ts";
import { libc } from "../libc.ts";
import { type Route, routeSocket } from "./routed_socket.ts";
import { encodeAddress, isSameAddress, SOCKADDR_BYTES } from "./socket_address.ts";
import { attachFilter } from "./socket_filter.ts";
import { socketsOf } from "./tcp.ts";

const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const SOCK_DGRAM = 2;
/** Length of SO_MEMINFO in words, and its index of drops (linux/sock_diag.h: SK_MEMINFO_DROPS). */
const MEMINFO_WORDS = 9;
const MEMINFO_DROPS = 8;

/** A UDP socket. Do not use it after Deno has closed it: the descriptor may be reused. */
export class UdpSocket {
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Finds the socket bound to an address; undefined if not found. */
  static find(host: string, port: number): UdpSocket | undefined {
    const wanted = encodeAddress(host, port);
    const fd = socketsOf(port).find((fd) =>
      optionOf(fd, SO_TYPE) === SOCK_DGRAM && isBoundTo(fd, wanted)
    );
    return fd === undefined ? undefined : new UdpSocket(fd);
  }

  /** Sets the interface and mark of its packets. Throws SystemError. */
  route(route: Route): void {
    routeSocket(this.#fd, route);
  }

  /**
   * Raises the receive buffer to `bytes`, as the kernel counts them; without CAP_NET_ADMIN at most
   * to net.core.rmem_max. Returns the size obtained.
   */
  widen(bytes: number): number {
    return this.#raise(SO_RCVBUFFORCE, SO_RCVBUF, bytes);
  }

  /** The same for the send buffer, with net.core.wmem_max. */
  widenSend(bytes: number): number {
    return this.#raise(SO_SNDBUFFORCE, SO_SNDBUF, bytes);
  }

  #raise(forced: number, plain: number, bytes: number): number {
    const value = new Uint8Array(new Int32Array([bytes]).buffer);
    if (libc().setsockopt(this.#fd, SOL_SOCKET, forced, value, 4) !== 0) {
      libc().setsockopt(this.#fd, SOL_SOCKET, plain, value, 4);
    }
    return optionOf(this.#fd, plain) / 2; // the kernel doubles it for its own overhead
  }

  /**
   * Makes the kernel drop packets for which a program returns 0; false if it refuses the program.
   */
  attach(program: readonly Instruction[]): boolean {
    return attachFilter(this.#fd, program) === 0;
  }

  /** Datagrams that the kernel has dropped, for lack of room or by the filter. Wraps at 2^32. */
  get drops(): number {
    const words = new Uint32Array(MEMINFO_WORDS);
    const length = new Uint32Array([words.byteLength]);
    const bytes = new Uint8Array(words.buffer);
    const result = libc().getsockopt(this.#fd, SOL_SOCKET, SO_MEMINFO, bytes, length);
    return result === 0 ? words[MEMINFO_DROPS] : 0;
  }
}

function optionOf(fd: number, option: number): number {
  const value = new Int32Array(1);
  libc().getsockopt(fd, SOL_SOCKET, option, new Uint8Array(value.buffer), new Uint32Array([4]));
  return value[0];
}

function isBoundTo(fd: number, wanted: Uint8Array): boolean {
  const own = new Uint8Array(SOCKADDR_BYTES);
  return libc().getsockname(fd, own, new Uint32Array([own.length])) === 0 &&
    isSameAddress(wanted, own);
}
