/** Routes whose responses are streams. */
import type { Context } from "hono";
import { eventStream } from "./event_stream.ts";
import { refuse } from "../http/problem.ts";
import * as asks from "./request_schema.ts";
import type { Route } from "../http/route.ts";
import { MAX_STREAMS, type RequestContext } from "../http/request_context.ts";

/** Returns a streaming response, or 503 if the limit is reached. */
export function streamed(
  { env }: Context<{ Bindings: RequestContext }>,
  type: string,
  open: () => ReadableStream<Uint8Array>,
): Response {
  if (!env.stream()) refuse(503, `Limit of ${MAX_STREAMS} streams reached; close one of them`);
  return new Response(open(), { headers: { "content-type": type, "x-accel-buffering": "no" } });
}

/** Streams events. */
export const EVENTS: Route = {
  method: "get",
  path: "/api/v1/events",
  summary: "Streams events, starting after Last-Event-ID or with the last `recent` ones",
  query: asks.EventsQuery,
  answers: { 200: { description: "Server-sent events", type: "text/event-stream" } },
  handle({ monitor: { events } }, { context, query }) {
    const { recent = 0, follow = true } = query as asks.EventsQuery;
    const last = context.req.header("last-event-id") ?? "";
    // A number beyond the latest is from an earlier process: then all kept events are new.
    const known = /^\d{1,15}$/.test(last) ? Number(last) : undefined;
    const after = known === undefined ? events.latest - recent : known > events.latest ? 0 : known;
    return streamed(context, "text/event-stream", () => eventStream(events, after, follow));
  },
};
