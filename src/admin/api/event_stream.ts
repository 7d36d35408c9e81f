import type { EventFeed, FeedEvent } from "../../daemon/event_feed.ts";

/** Interval between heartbeats on a silent stream, in milliseconds. */
const HEARTBEAT = 15_000;
/**
 * Maximum number of events that wait for a slow reader. Beyond it the stream ends, and the client
 * can reconnect and request the events that it missed.
 */
const MAX_WAITING = 1_024;

const encoder = new TextEncoder();

/**
 * Server-sent events (HTML Living Standard section 9.2): kept events after number `after`, then new
 * events unless `follow` is false.
 */
export function eventStream(
  feed: EventFeed,
  after: number,
  follow = true,
): ReadableStream<Uint8Array> {
  let end = (): void => {};
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      const send = (text: string): void => {
        if ((controller.desiredSize ?? 0) <= 0) {
          end();
          return controller.close();
        }
        controller.enqueue(encoder.encode(text));
      };
      const unsubscribe = feed.subscribe((event) => send(encodeEvent(event)));
      const timer = setInterval(() => send(": still here\n\n"), HEARTBEAT);
      end = () => {
        unsubscribe();
        clearInterval(timer);
      };
      send("retry: 1000\n\n");
      for (const event of feed.after(after)) send(encodeEvent(event));
      if (follow) return;
      end();
      controller.close();
    },
    cancel: () => end(),
  }, new CountQueuingStrategy({ highWaterMark: MAX_WAITING }));
}

/** Encodes an event for the stream. JSON text contains no line breaks. */
export function encodeEvent({ number, time, kind, facts }: FeedEvent): string {
  const data = JSON.stringify({ time: new Date(time).toISOString(), kind, ...facts });
  return `id: ${number}\nevent: ${kind}\ndata: ${data}\n\n`;
}
