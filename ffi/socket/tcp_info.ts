/** What the kernel knows of a TCP connection (tcp(7), TCP_INFO; linux/tcp.h). */
import { libc } from "../libc.ts";

const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_CONGESTION = 13;
/** Bytes of struct tcp_info up to tcpi_dsack_dups, in every kernel since 4.19. */
const INFO_BYTES = 220;
/** tcpi_min_rtt before the first measurement. */
const UNKNOWN = 0xffff_ffff;
/** TCP_CA_NAME_MAX */
const NAME_BYTES = 16;

/** A TCP connection's state. */
export interface TcpInfo {
  /** Name of the congestion control. */
  readonly congestionControl: string;
  /** Maximum payload of a packet that is sent now, in bytes: without TCP's options. */
  readonly segment: number;
  /** Bytes that this process has written: its position in the stream. */
  readonly written: number;
  /** Bytes that have been sent and acknowledged. */
  readonly acknowledged: number;
  /** Whether bytes wait to be sent or acknowledged. */
  readonly outstanding: boolean;
  /** Bytes received. */
  readonly received: number;
  /** Shortest round trip of the last minutes, in milliseconds; undefined before the first. */
  readonly minRoundTrip: number | undefined;
  /** Segments sent again. */
  readonly retransmitted: number;
  /** Segments with data that have been sent, those sent again included. */
  readonly segmentsSent: number;
  /** Segments that the peer has had twice: they were not lost, and were sent again for nothing. */
  readonly duplicates: number;
  /** Segments that have been sent and not acknowledged, and their bytes. */
  readonly inFlight: number;
  readonly bytesInFlight: number;
  /** How often in a row nothing was acknowledged until a timeout, and a segment sent again. */
  readonly backoff: number;
}

const info = new Uint8Array(INFO_BYTES);
const view = new DataView(info.buffer);
const name = new Uint8Array(NAME_BYTES);
const length = new Uint32Array(1);
const decoder = new TextDecoder();

/** Reads a connection's state; undefined if the descriptor is not a TCP socket. */
export function readTcpInfo(fd: number): TcpInfo | undefined {
  length[0] = info.length;
  if (libc().getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) !== 0) return undefined;
  if (length[0] < INFO_BYTES) return undefined;
  const number = (at: number): number => view.getUint32(at, true);
  const total = (at: number): number => Number(view.getBigUint64(at, true));
  return {
    congestionControl: readCongestionControl(fd),
    segment: number(16),
    written: total(200) - total(208) + number(144),
    acknowledged: total(120),
    outstanding: number(24) + number(144) > 0,
    received: total(128),
    minRoundTrip: number(148) === UNKNOWN ? undefined : number(148) / 1_000,
    retransmitted: number(100),
    segmentsSent: number(156),
    duplicates: number(216),
    inFlight: number(24),
    bytesInFlight: Math.max(0, total(200) - total(208) - total(120)),
    backoff: info[4],
  };
}

function readCongestionControl(fd: number): string {
  length[0] = name.length;
  if (libc().getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, length) !== 0) return "";
  const end = name.indexOf(0);
  return decoder.decode(name.subarray(0, end < 0 ? name.length : end));
}
