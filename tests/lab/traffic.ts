import type { DialedSession } from "./peers/test_client.ts";

/** Interval between two frames of a customer, in milliseconds. */
const PACE = 20;
/** Sends frames that the AC returns, until it is disposed. */
export function startTraffic(session: DialedSession): Disposable {
  let number = 0;
  const timer = setInterval(() => {
    session.send(Uint8Array.of(0, 0x21, number++ & 0xff, ...new Uint8Array(61)));
  }, PACE);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Resolves when ten more frames have come back. */
export async function flows(session: DialedSession): Promise<void> {
  const { received } = session;
  await received.reach(received.length + 10, "frames to come back");
}
