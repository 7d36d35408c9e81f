/** Times by the kernel's wall clock, which also stamps received frames. */
import { libc } from "../ffi/libc.ts";

const CLOCK_REALTIME = 0; // linux/time.h
const time = new Uint8Array(16); // struct timespec { seconds, nanoseconds }
const seconds = new BigInt64Array(time.buffer);

/** Returns the time in milliseconds since 1970, to a quarter of a microsecond. */
export function wallClock(): number {
  libc().clock_gettime(CLOCK_REALTIME, time);
  return Number(seconds[0]) * 1e3 + Number(seconds[1]) / 1e6;
}

/** Slot of a receive ring on an interface with an MTU of up to 1,900 bytes (ffi/link/rx_ring.ts). */
const SLOT = 2_048;
// struct tpacket2_hdr
const MAC_AT = 12;
const SECONDS_AT = 16;
const NANOSECONDS_AT = 20;

/**
 * Returns when the kernel put a frame into the receive ring, before it woke up this process. For a
 * frame that is not in a ring it is the present time.
 */
export function arrivalTime(view: DataView, offset: number): number {
  const slot = offset - offset % SLOT;
  const isInRing = view.byteLength % SLOT === 0 &&
    view.getUint16(slot + MAC_AT, true) === offset - slot;
  if (!isInRing) return wallClock();
  const wholeSeconds = view.getUint32(slot + SECONDS_AT, true);
  return wholeSeconds * 1e3 + view.getUint32(slot + NANOSECONDS_AT, true) / 1e6;
}
