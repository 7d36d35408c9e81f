/** Options of a tunnel's TCP sockets (tcp(7)), which Deno does not offer. */
import { libc } from "../libc.ts";
import type { TcpInfo } from "./tcp_info.ts";

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_MAXSEG = 2;
const TCP_CONGESTION = 13;
const TCP_USER_TIMEOUT = 18;
const TCP_NOTSENT_LOWAT = 25;
/**
 * Maximum unsent data in the kernel, in bytes. It can be neither reordered nor dropped, so this is
 * kept low.
 */
const UNSENT_LIMIT = 32 * 1024;
/** How long the kernel keeps undelivered data of a closed connection, in milliseconds. */
const UNDELIVERED = 2_000;
/** The congestion control of a path that is long or loses packets. */
const FOR_LONG_PATHS = "bbr";
/** Shortest round trip of a long path, in milliseconds. */
const LONG = 2;
/** Number of segments sent again that shows a path to lose packets. */
const LOST = 8;

/** Options that a configuration decides. */
export interface TcpOptions {
  /**
   * Maximum segment size in both directions, in bytes: the payload of a packet, with TCP's own
   * options. Takes effect only before the connection is set up.
   */
  readonly maxSegment: number;
  /**
   * Name of a congestion control. "auto": the kernel's default, which {@linkcode suitPath} may
   * change.
   */
  readonly congestionControl: string;
  /** How long sent data may remain unacknowledged before the kernel gives up, in milliseconds. */
  readonly userTimeout: number;
}

/** The defaults of a configuration. */
export const DEFAULT_TCP_OPTIONS: TcpOptions = {
  maxSegment: 1_220,
  congestionControl: "auto",
  userTimeout: 36_000,
};

/**
 * Sets the options of a socket that is not connected yet; a listening socket passes them on to the
 * connections that it accepts. TCP_NODELAY: without it Nagle's algorithm delays every small batch
 * by up to 40 ms. TCP_NOTSENT_LOWAT: without it megabytes queue in the kernel on a slow path. An
 * option that the kernel refuses keeps its former value. Returns whether the fixed ones are set.
 */
export function setTcpOptions(
  fd: number,
  options: TcpOptions = DEFAULT_TCP_OPTIONS,
): boolean {
  limitSegments(fd, options.maxSegment);
  setNumber(fd, TCP_USER_TIMEOUT, options.userTimeout);
  const { congestionControl: name } = options;
  if (name !== "auto") setText(fd, TCP_CONGESTION, name);
  return setNumber(fd, TCP_NODELAY, 1) && setNumber(fd, TCP_NOTSENT_LOWAT, UNSENT_LIMIT);
}

/**
 * Makes a connection whose path is long or loses packets use BBR, if the kernel permits it. On a
 * local network BBR has no advantage, and its pacing costs CPU time.
 */
export function suitPath(fd: number, { minRoundTrip = 0, retransmitted }: TcpInfo): void {
  if (minRoundTrip >= LONG || retransmitted >= LOST) setText(fd, TCP_CONGESTION, FOR_LONG_PATHS);
}

/** Limits the segments of a connection that is not set up yet, in both directions. Bytes. */
export function limitSegments(fd: number, maxSegment: number): void {
  setNumber(fd, TCP_MAXSEG, maxSegment);
}

/** Makes the kernel discard what the peer has not acknowledged 2 seconds after this. */
export function limitDelivery(fd: number): void {
  setNumber(fd, TCP_USER_TIMEOUT, UNDELIVERED);
}

/**
 * Whether this process may use a congestion control: net.ipv4.tcp_allowed_congestion_control lists
 * those for all users.
 */
export function permitsCongestionControl(name: string): boolean {
  const { socket, close } = libc();
  const fd = socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
  if (fd < 0) return false;
  try {
    return setText(fd, TCP_CONGESTION, name);
  } finally {
    close(fd);
  }
}

const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;

function setNumber(fd: number, option: number, value: number): boolean {
  return set(fd, option, new Uint8Array(new Int32Array([value]).buffer));
}

function setText(fd: number, option: number, value: string): boolean {
  return set(fd, option, new TextEncoder().encode(value));
}

function set(fd: number, option: number, value: Uint8Array<ArrayBuffer>): boolean {
  return libc().setsockopt(fd, IPPROTO_TCP, option, value, value.length) === 0;
}
