/** Types of single values, and of what many responses have. */
import * as v from "valibot";

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const seconds = v.number();
export const time = v.pipe(v.string(), v.isoTimestamp());
export const mac = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/));
export const sessionId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff));
export const tally = v.record(v.string(), count);

/** Names a peer: `client` on a server, `server` (its address) on a client; never both. */
export const peer = { client: v.optional(v.string()), server: v.optional(v.string()) };

/**
 * Bytes per second in both directions, in equal parts of the last hour; null where nothing is known.
 * Only if the query asks for it.
 */
export const sparkline = v.optional(v.array(v.nullable(count)));
