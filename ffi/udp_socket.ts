/** What Deno does not offer of a UDP socket of this process (udp(7), socket(7)). */
import type { Instruction } from "./bpf.ts";
import { libc } from "./libc.ts";
import { encodeAddress } from "./socket_address.ts";
import { attachFilter } from "./socket_filter.ts";
import { socketsOf } from "./tcp.ts";

const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const SOCK_DGRAM = 2;
/** Words of SO_MEMINFO, and which of them counts drops (linux/sock_diag.h: SK_MEMINFO_DROPS). */
const MEMINFO_WORDS = 9;
const MEMINFO_DROPS = 8;

/** A UDP socket; of no use after Deno has closed it, since its number may be another's then. */
export class UdpSocket {
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** The socket that is bound to an address; undefined where Deno has hidden it. */
  static find(host: string, port: number): UdpSocket | undefined {
    const wanted = encodeAddress(host, port);
    const fd = socketsOf(port).find((fd) =>
      optionOf(fd, SO_TYPE) === SOCK_DGRAM && isBoundTo(fd, wanted)
    );
    return fd === undefined ? undefined : new UdpSocket(fd);
  }

  /**
   * Lets so many bytes of what has come wait, as the kernel counts them; without CAP_NET_ADMIN no
   * more than net.core.rmem_max. What was obtained.
   */
  widen(bytes: number): number {
    const value = new Uint8Array(new Int32Array([bytes]).buffer);
    if (libc().setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, value, 4) !== 0) {
      libc().setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, value, 4);
    }
    return optionOf(this.#fd, SO_RCVBUF) / 2; // the kernel doubles it for its own needs
  }

  /** Has the kernel drop what a program returns 0 for; false where it does not take the program. */
  attach(program: readonly Instruction[]): boolean {
    return attachFilter(this.#fd, program) === 0;
  }

  /** Datagrams that the kernel has dropped so far: no room, or the filter. Wraps at 2^32. */
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

/** Family, port and address; not an IPv6 address's flow and zone. */
function isBoundTo(fd: number, wanted: Uint8Array): boolean {
  const own = new Uint8Array(28); // struct sockaddr_in6, the larger one
  if (libc().getsockname(fd, own, new Uint32Array([own.length])) !== 0) return false;
  const parts = wanted.length === 28 ? [[0, 4], [8, 24]] : [[0, 8]];
  return parts.every(([from, to]) =>
    wanted.subarray(from, to).every((byte, i) => byte === own[from + i])
  );
}
