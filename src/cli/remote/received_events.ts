/** The events of the admin API's stream. */

/** An event as it arrived. */
export interface ReceivedEvent {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The event's JSON, with time and kind. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Reads server-sent events (HTML Living Standard section 9.2.5) until the stream ends. */
export async function* receivedEvents(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<ReceivedEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  // The request's signal does not always end the body, so the reader is cancelled as well.
  signal?.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  let text = "";
  for (;;) {
    const part = await reader.read().catch(() => ({ value: undefined }));
    if (part.value === undefined) return;
    text += decoder.decode(part.value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== undefined) yield event;
    }
  }
}

function eventOf(block: string): ReceivedEvent | undefined {
  const field = (name: string): string | undefined =>
    block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field("data");
  if (data === undefined) return undefined;
  const facts: Record<string, unknown> = JSON.parse(data);
  return { number: Number(field("id")), time: Date.parse(String(facts.time)), facts };
}
