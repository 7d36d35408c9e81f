/** Request schemas of the admin API: queries, whose values are all strings, and bodies. */
import * as v from "valibot";
import { LOG_LEVELS, LOG_TOPICS } from "../../config/log_levels.ts";
import { isGroupAddress, parseMac } from "../../pppoe/mac.ts";

/** Maximum number of sessions per page. */
export const MAX_PAGE = 1_000;

const macAddress = v.pipe(
  v.string(),
  v.check(
    (text) => parseMac(text) !== undefined,
    'Expected a MAC address such as "02:00:00:00:00:01"',
  ),
);

/** A unicast address: a PADT is sent to one peer. */
const stationAddress = v.pipe(
  macAddress,
  v.check(
    (text) => !isGroupAddress(parseMac(text) ?? 0),
    "Expected a unicast MAC address",
  ),
);

/** A whole number, given as text in a query. */
const numeric = (least: number, most: number) => {
  const message = `Expected a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};

/** Selects a peer: `client` on a server, `server` (its address) on a client. */
const peer = { client: v.optional(v.string()), server: v.optional(v.string()) };

/** Number of points of each row's sparkline; by default there is none. */
const sparkline = v.optional(numeric(2, 120));

const flag = v.pipe(v.picklist(["true", "false"]), v.transform((text) => text === "true"));

/** A time in a query, in milliseconds since 1970. */
const time = v.pipe(
  v.string(),
  v.isoTimestamp("Expected a time with its zone, such as 2026-11-26T03:12:00Z"),
  v.transform((text) => Date.parse(text)),
  v.number("Expected a time that exists"),
);

/** Selects sessions. */
export const SessionsQuery = v.strictObject({
  ...peer,
  mac: v.optional(macAddress),
  state: v.optional(v.picklist(["open", "held"])),
  session_id: v.optional(numeric(1, 0xffff)),
  /** Part of an address or a name, or a session id; open and held sessions only. */
  search: v.optional(v.pipe(v.string(), v.maxLength(100))),
  past: v.optional(flag),
  /** Ended in this time, and for this reason; ended sessions only. */
  from: v.optional(time),
  to: v.optional(time),
  reason: v.optional(v.pipe(v.string(), v.maxLength(100))),
  limit: v.optional(numeric(1, MAX_PAGE)),
  offset: v.optional(numeric(0, 999_999_999)),
  sort: v.optional(v.picklist(["opened_at", "bytes", "client", "server"])),
  order: v.optional(v.picklist(["asc", "desc"])),
  sparkline,
});
export type SessionsQuery = v.InferOutput<typeof SessionsQuery>;

/** Selects what a status leaves out. */
export const StatusQuery = v.strictObject({
  /** Leaves `tunnels` and `config` empty, which grow with the number of clients. */
  brief: v.optional(flag),
});
export type StatusQuery = v.InferOutput<typeof StatusQuery>;

/** Selects clients of a server; on a client, its servers. */
export const ClientsQuery = v.strictObject({
  ...peer,
  /** Part of a name or an address. */
  search: v.optional(v.pipe(v.string(), v.maxLength(100))),
  state: v.optional(v.picklist(["up", "down"])),
  /** Default all. */
  limit: v.optional(numeric(1, MAX_PAGE)),
  offset: v.optional(numeric(0, 999_999_999)),
  sort: v.optional(v.picklist(["name", "state", "sessions", "bytes", "rtt"])),
  order: v.optional(v.picklist(["asc", "desc"])),
  sparkline,
});
export type ClientsQuery = v.InferOutput<typeof ClientsQuery>;

/** Selects the sessions to end: at least one of its keys is needed. */
export const EndSessionsQuery = v.strictObject({ ...peer, mac: v.optional(macAddress) });
export type EndSessionsQuery = v.InferOutput<typeof EndSessionsQuery>;

/** What the link to the page permits. */
export const WebCodeRequest = v.strictObject({ role: v.picklist(["read", "act"]) });
export type WebCodeRequest = v.InferOutput<typeof WebCodeRequest>;

/** The code of a link to the page. */
export const WebTokenRequest = v.strictObject({
  code: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, "Expected 32 hexadecimal digits")),
});
export type WebTokenRequest = v.InferOutput<typeof WebTokenRequest>;

/** 0 is that of discovery, and 0xffff is reserved (RFC 2516 section 4). */
const PEER_SESSION_ID = `Expected a whole number from 1 to ${0xfffe}`;

/** Selects the stuck session to end. */
export const PadtRequest = v.strictObject({
  ...peer,
  mac: stationAddress,
  /**
   * The address that the peer knows us by, if the session is no longer ours; by default the
   * interface's.
   */
  from: v.optional(stationAddress),
  session_id: v.pipe(
    v.number(),
    v.integer(PEER_SESSION_ID),
    v.minValue(1, PEER_SESSION_ID),
    v.maxValue(0xfffe, PEER_SESSION_ID),
  ),
});
export type PadtRequest = v.InferOutput<typeof PadtRequest>;

export const LogLevelRequest = v.strictObject({
  level: v.picklist(LOG_LEVELS),
  topic: v.optional(v.picklist(LOG_TOPICS)),
});
export type LogLevelRequest = v.InferOutput<typeof LogLevelRequest>;

export const DrainRequest = v.strictObject({ enabled: v.boolean() });
export type DrainRequest = v.InferOutput<typeof DrainRequest>;

/** Maximum number of points of a history: room for each minute of a day. */
const MAX_POINTS = 1_500;

/** Selects a part of the history: of all, of a client (or server), or of a session. */
export const HistoryQuery = v.strictObject({
  ...peer,
  session: v.optional(v.string()),
  /** Default an hour before `to`. */
  from: v.optional(time),
  /** Default now. */
  to: v.optional(time),
  /** Maximum number of points, default 400. */
  points: v.optional(numeric(2, MAX_POINTS)),
  /** Default json. */
  format: v.optional(v.picklist(["json", "csv"])),
});
export type HistoryQuery = v.InferOutput<typeof HistoryQuery>;

/** How many recent events to send first, and whether to continue with new ones. */
export const EventsQuery = v.strictObject({
  recent: v.optional(numeric(0, 512)),
  follow: v.optional(flag),
});
export type EventsQuery = v.InferOutput<typeof EventsQuery>;

/** Selects lines of the log. */
export const LogQuery = v.strictObject({
  /** The least level; by default all that the caller may see. */
  level: v.optional(v.picklist(LOG_LEVELS)),
  topic: v.optional(v.picklist(LOG_TOPICS)),
  /** The `next` of the answer before: the lines since then, oldest first. */
  after: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,15}(\.\d{1,15}){0,128}$/, "Expected the `next` of an answer"),
    ),
  ),
  limit: v.optional(numeric(1, MAX_PAGE)),
});
export type LogQuery = v.InferOutput<typeof LogQuery>;

/** Selects the frames to capture, and for how long. */
export const CaptureQuery = v.strictObject({
  ...peer,
  mac: v.optional(macAddress),
  session_id: v.optional(numeric(1, 0xffff)),
  side: v.optional(v.picklist(["customer", "ac"])),
  secrets: v.optional(flag),
  count: v.optional(numeric(1, 999_999_999)),
  seconds: v.optional(numeric(1, 86_400)),
});
export type CaptureQuery = v.InferOutput<typeof CaptureQuery>;
