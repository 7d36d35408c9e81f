import type { Journal } from "./journal.ts";

/** Where echoing is measured: what is sent comes back into `received`. */
export interface EchoPath {
  readonly received: Journal<Uint8Array>;
  send(payload: Uint8Array): unknown;
}

/** Figures of an exchange of session frames. */
export interface Figures {
  /** Frames that went there and came back. */
  frames: number;
  framesPerSecond: number;
  /** PPP payload each way. */
  megabitsPerSecond: number;
  /** Milliseconds, of single frames on an idle path. */
  roundTripP50: number;
  roundTripP99: number;
}

const WINDOW = 32;

/** Sends frames of one length and waits for every one; throws when a frame is lost or changed. */
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

/** An IPv4 packet's protocol field and a number, filled up with what follows from both. */
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
