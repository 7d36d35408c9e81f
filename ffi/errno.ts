import { errno } from "./libc.ts";

/** Known errors: name, and what to do about them (errno(3), packet(7), netdevice(7)). */
const KNOWN: Readonly<Record<number, readonly [name: string, advice: string]>> = {
  1: [
    "EPERM",
    "raw sockets need CAP_NET_RAW: run as root, or grant it with `setcap cap_net_raw+ep` or systemd's AmbientCapabilities=CAP_NET_RAW",
  ],
  2: ["ENOENT", "check the name"],
  4: ["EINTR", "try again"],
  6: ["ENXIO", "the interface was removed; a running daemon waits for it to return"],
  9: ["EBADF", "this is a bug in pppoe-proxy; please report it"],
  11: ["EAGAIN", "try again"],
  12: ["ENOMEM", "free memory or lower `interface.ring_frames`"],
  13: [
    "EACCES",
    "raw sockets need CAP_NET_RAW: run as root, or grant it with `setcap cap_net_raw+ep` or systemd's AmbientCapabilities=CAP_NET_RAW",
  ],
  19: ["ENODEV", "no such interface: list the interfaces with `ip link`"],
  22: ["EINVAL", "the kernel does not support this option"],
  23: ["ENFILE", "the system has reached its limit of open files (fs.file-max)"],
  24: ["EMFILE", "raise the limit of open files (LimitNOFILE=)"],
  90: ["EMSGSIZE", "the frame is longer than the interface's MTU"],
  92: ["ENOPROTOOPT", "the kernel does not support this option"],
  97: ["EAFNOSUPPORT", "the kernel has no packet sockets (CONFIG_PACKET)"],
  100: ["ENETDOWN", "bring the interface up: `ip link set NAME up`"],
  101: ["ENETUNREACH", "no route to the address: check `ip route get ADDRESS`"],
  105: ["ENOBUFS", "the interface's queue is full, or memory is short"],
  110: ["ETIMEDOUT", "no answer arrived in time"],
  111: ["ECONNREFUSED", "nothing listens on that port"],
  113: ["EHOSTUNREACH", "the address is unreachable: check `ip route get ADDRESS`"],
};

export const EINTR = 4;
export const ENXIO = 6;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const EMSGSIZE = 90;
export const ENOPROTOOPT = 92;
export const ENETDOWN = 100;
export const ENOBUFS = 105;
export const EINPROGRESS = 115;

/** Shortages of memory or descriptors, in this process or the system: a retry may succeed. */
const SHORTAGES: ReadonlySet<number> = new Set([EAGAIN, ENOMEM, ENFILE, EMFILE, ENOBUFS]);

/** Whether an error is a temporary shortage. */
export function isShortage(error: unknown): error is SystemError {
  return error instanceof SystemError && SHORTAGES.has(error.errno);
}

/** A failed system call. */
export class SystemError extends Error {
  override name = "SystemError";
  /** errno's number, such as 1. */
  readonly errno: number;
  /** errno's name, such as `EPERM`. */
  readonly code: string;
  /** The call and its main argument, such as `socket(AF_PACKET)`. */
  readonly call: string;
  /** What to do about it. */
  readonly advice: string;

  /** `advice` replaces the usual advice for this errno. */
  constructor(call: string, subject: string, number: number, advice?: string) {
    const [code, usual] = KNOWN[number] ?? [`errno ${number}`, "see errno(3)"];
    advice ??= usual;
    super(`Cannot ${subject}: ${call} failed with ${code}; ${advice}`);
    this.errno = number;
    this.code = code;
    this.call = call;
    this.advice = advice;
  }
}

/**
 * Returns a C function's result, or throws SystemError if it is -1. `subject` says what was tried,
 * in the form `open interface "wan0"`.
 */
export function unwrap(result: number, call: string, subject: string): number {
  if (result >= 0) return result;
  throw new SystemError(call, subject, errno());
}
