/** Routes whose answers go on for as long as somebody reads them. */
import type { Context } from "hono";
import { eventStream } from "./event_stream.ts";
import { refuse } from "./problem.ts";
import * as asks from "./request_schema.ts";
import type { Route } from "./route.ts";
import { type Asked, MAX_STREAMS } from "./serve.ts";

/** An answer that is a stream, where there is room for one. */
export function streamed(
  { env }: Context<{ Bindings: Asked }>,
  type: string,
  open: () => ReadableStream<Uint8Array>,
): Response {
  if (!env.stream()) refuse(503, `There are ${MAX_STREAMS} streams already; end one of them`);
  return new Response(open(), { headers: { "content-type": type, "x-accel-buffering": "no" } });
}

/** What happens, as it happens. */
export const EVENTS: Route = {
  method: "get",
  path: "/api/v1/events",
  summary: "Events as they happen; first those after Last-Event-ID, or the last `recent` ones",
  query: asks.EventsQuery,
  answers: { 200: { description: "Server-sent events", type: "text/event-stream" } },
  handle({ monitor: { events } }, { context, query }) {
    const { recent = 0 } = query as asks.EventsQuery;
    const last = context.req.header("last-event-id") ?? "";
    // A number beyond ours is that of an earlier process: all that we have is new then.
    const known = /^\d{1,15}$/.test(last) ? Number(last) : undefined;
    const after = known === undefined ? events.latest - recent : known > events.latest ? 0 : known;
    return streamed(context, "text/event-stream", () => eventStream(events, after));
  },
};
