import { RecordWriter } from "../../src/tunnel/record/record_writer.ts";

/** A writer with its own clock, whose writes are collected and held until released. */
export interface HeldWriter {
  writer: RecordWriter;
  writes: Uint8Array[];
  dropped: string[];
  failures: unknown[];
  clock: { now: number };
  /** Ends the write in flight; resolves when the next, if any, has begun. */
  release(): Promise<void>;
  /** Fails the write in flight. */
  fail(cause: Error): Promise<void>;
}

/** Makes a writer for a path with this round trip, in milliseconds. */
export function writer(roundTrip?: number): HeldWriter {
  const writes: Uint8Array[] = [];
  const [dropped, failures] = [[] as string[], [] as unknown[]];
  const clock = { now: 0 };
  let held: PromiseWithResolvers<number> | undefined;
  const out = new RecordWriter({
    outlet: {
      portion: 64 * 1024,
      shortPortion: 16 * 1024,
      roundTrip: () => roundTrip,
      send(bytes): Promise<number> {
        writes.push(bytes.slice());
        held = Promise.withResolvers();
        const { promise } = held;
        return promise.then(() => bytes.length);
      },
    },
    failed: (cause) => failures.push(cause),
    dropped: (reason) => dropped.push(reason),
    now: () => clock.now,
  });
  // The writer continues in the turn of the event loop after the one in which its write ended.
  const settle = async () => {
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return {
    writer: out,
    writes,
    dropped,
    failures,
    clock,
    release(): Promise<void> {
      held?.resolve(0);
      return settle();
    },
    fail(cause): Promise<void> {
      held?.reject(cause);
      return settle();
    },
  };
}
