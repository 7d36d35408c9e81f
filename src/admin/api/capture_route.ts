import { logger } from "../../log.ts";
import { parseMac } from "../../pppoe/mac.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import {
  abandonCapture,
  type CaptureReader,
  type CaptureSource,
  MAX_CAPTURES,
} from "../../daemon/captures.ts";
import { whoOf } from "../http/access.ts";
import { refuse } from "../http/problem.ts";
import { CaptureQuery } from "./request_schema.ts";
import type { Route } from "../http/route.ts";
import type { RequestContext } from "../http/request_context.ts";
import { streamed } from "./stream_routes.ts";
import { wantedPeer } from "./wanted_peer.ts";

const log = logger("admin");

const TYPE = "application/x-pcapng";

/** Streams captured frames. */
export const CAPTURE: Route = {
  method: "get",
  path: "/api/v1/capture",
  summary:
    "Captures frames live, as pcapng; frames that are not read in time are dropped and counted",
  query: CaptureQuery,
  acts: true,
  answers: { 200: { description: "A pcapng stream", type: TYPE } },
  async handle(daemon, { context, query }) {
    const captures = await daemon.captures();
    const wanted = query as CaptureQuery;
    const peer = wantedPeer(daemon.config().mode, wanted);
    return streamed(context, TYPE, () => {
      const capture = begin(captures, peer, wanted);
      note(daemon, context.env, wanted);
      return captureStream(capture);
    });
  },
};

/** Logs every capture of customers' traffic, as a warning if it shows passwords. */
function note({ monitor }: Daemon, context: RequestContext, query: CaptureQuery): void {
  const { secrets = false, client, server, mac, session_id, side } = query;
  const chosen = Object.entries({ client, server, mac, session_id, side })
    .filter(([, value]) => value !== undefined);
  const facts = { secrets, ...Object.fromEntries(chosen), ...whoOf(context) };
  if (secrets) log.warning("capture with secrets", facts);
  else log.info("capture", facts);
  monitor.emit("capture", facts);
}

function begin(
  captures: CaptureSource,
  peer: string | undefined,
  query: CaptureQuery,
): CaptureReader {
  const { mac, session_id: sessionId, side, secrets = false, count, seconds } = query;
  const filter = { peer, mac: mac === undefined ? undefined : parseMac(mac), sessionId, side };
  const duration = seconds === undefined ? undefined : seconds * 1_000;
  const begun = captures.begin({ filter, secrets, count, duration });
  return begun ?? refuse(503, `Limit of ${MAX_CAPTURES} captures reached; end one of them`);
}

/** A capture as a stream that is read only on demand. */
function captureStream(capture: CaptureReader): ReadableStream<Uint8Array> {
  let reading: Promise<Uint8Array | undefined> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const blocks = await (reading = capture.read());
      if (blocks === undefined) controller.close();
      else controller.enqueue(blocks);
    },
    cancel: () => abandonCapture(capture, reading),
  }, new CountQueuingStrategy({ highWaterMark: 0 }));
}
