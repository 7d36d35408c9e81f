import { errno } from "./libc.ts";

/** Errors of interest: name and what to do about it (errno(3), packet(7), netdevice(7)). */
const KNOWN: Readonly<Record<number, readonly [name: string, advice: string]>> = {
  1: [
    "EPERM",
    "raw sockets need CAP_NET_RAW: run as root, or give it with `setcap cap_net_raw+ep` or systemd's AmbientCapabilities=CAP_NET_RAW",
  ],
  2: ["ENOENT", "check the name"],
  4: ["EINTR", "try again"],
  6: ["ENXIO", "the interface has gone; it is waited for once the program runs"],
  9: ["EBADF", "this is an error of the program, please report it"],
  11: ["EAGAIN", "try again"],
  12: ["ENOMEM", "free memory or lower `interface.ring_frames`"],
  13: [
    "EACCES",
    "raw sockets need CAP_NET_RAW: run as root, or give it with `setcap cap_net_raw+ep` or systemd's AmbientCapabilities=CAP_NET_RAW",
  ],
  19: ["ENODEV", "there is no such interface: `ip link` lists those there are"],
  22: ["EINVAL", "the kernel does not know this option"],
  23: ["ENFILE", "the system has too many open files"],
  24: ["EMFILE", "raise the limit of open files (LimitNOFILE=)"],
  90: ["EMSGSIZE", "the frame is longer than the interface's MTU allows"],
  92: ["ENOPROTOOPT", "the kernel does not know this option"],
  97: ["EAFNOSUPPORT", "the kernel has no packet sockets (CONFIG_PACKET)"],
  100: ["ENETDOWN", "bring the interface up: `ip link set NAME up`"],
  101: ["ENETUNREACH", "there is no route to it: see `ip route get ADDRESS`"],
  105: ["ENOBUFS", "the interface's queue is full, or memory is short"],
  110: ["ETIMEDOUT", "nothing answered"],
  111: ["ECONNREFUSED", "nothing listens there"],
  113: ["EHOSTUNREACH", "it cannot be reached: see `ip route get ADDRESS`"],
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

/** Memory or descriptors are short, here or in the whole system: trying again may help. */
const SHORTAGES: ReadonlySet<number> = new Set([EAGAIN, ENOMEM, ENFILE, EMFILE, ENOBUFS]);

/** Whether an error means that something is short for now. */
export function isShortage(error: unknown): error is SystemError {
  return error instanceof SystemError && SHORTAGES.has(error.errno);
}

/** A system call failed. */
export class SystemError extends Error {
  override name = "SystemError";
  /** errno's number, such as 1. */
  readonly errno: number;
  /** errno's name, such as `EPERM`. */
  readonly code: string;
  /** The call and what it was for, such as `socket(AF_PACKET)`. */
  readonly call: string;
  /** What to do about it. */
  readonly advice: string;

  /** `advice` where the usual one for this errno does not fit the call. */
  constructor(call: string, subject: string, number: number, advice?: string) {
    const [code, usual] = KNOWN[number] ?? [`errno ${number}`, "see errno(3)"];
    advice ??= usual;
    super(`Cannot ${subject}: ${call} gives ${code}; ${advice}`);
    this.errno = number;
    this.code = code;
    this.call = call;
    this.advice = advice;
  }
}

/**
 * Turns C's -1 into a SystemError, else returns the result. `subject` says what was tried, in
 * the form `open interface "wan0"`.
 */
export function unwrap(result: number, call: string, subject: string): number {
  if (result >= 0) return result;
  throw new SystemError(call, subject, errno());
}
