import type { Journal } from "./journal.ts";

/** A path that echoes: what is sent comes back in `received`. */
export interface EchoPath {
  readonly received: Journal<Uint8Array>;
  send(payload: Uint8Array): unknown;
}

/** Results of an exchange of session frames. */
export interface Figures {
  /** Number of frames sent and returned. */
  frames: number;
  framesPerSecond: number;
  /** PPP payload in each direction. */
  megabitsPerSecond: number;
  /** Round-trip time of single frames on an idle path, in milliseconds. */
  roundTripP50: number;
  roundTripP99: number;
}

const WINDOW = 32;

/** Sends frames of one length and waits for all of them; throws if a frame is lost or changed. */
export async function measureEcho(
  path: EchoPath,
  { frames, pings, length }: { frames: number; pings: number; length: number },
): Promise<Figures> {
  const trips: number[] = [];
  for (let index = 0; index < pings; index++) {
    const start = performance.now();
    await roundTrip(path, numbered(index, 64));
    trips.push(performance.now() - start);
  }
  const first = path.received.length;
  const start = performance.now();
  for (let index = 0; index < frames; index++) {
    await path.received.reach(first + index - WINDOW + 1, "frames to come back");
    await path.send(numbered(index, length));
  }
  await path.received.reach(first + frames, "frames to come back");
  const seconds = (performance.now() - start) / 1000;
  path.received.entries.slice(first).forEach((payload, index) => check(payload, index, length));
  trips.sort((a, b) => a - b);
  return {
    frames,
    framesPerSecond: frames / seconds,
    megabitsPerSecond: frames * length * 8 / seconds / 1e6,
    roundTripP50: trips[Math.floor(pings * 0.5)],
    roundTripP99: trips[Math.floor(pings * 0.99)],
  };
}

async function roundTrip(path: EchoPath, payload: Uint8Array): Promise<void> {
  const back = path.received.length + 1;
  await path.send(payload);
  await path.received.reach(back, "frames to come back");
}

/**
 * Returns an IPv4 packet's protocol field and a number, padded with bytes derived from the number.
 */
function numbered(index: number, length: number): Uint8Array {
  const payload = new Uint8Array(length).fill(index);
  const view = new DataView(payload.buffer);
  view.setUint16(0, 0x0021);
  view.setUint32(2, index);
  return payload;
}

function check(payload: Uint8Array, index: number, length: number): void {
  const wanted = numbered(index, length);
  if (payload.length === length && payload.every((byte, at) => byte === wanted[at])) return;
  throw new Error(`Session frame ${index} came back changed or out of order`);
}
