/** Types of single values in the responses. */
import * as v from "valibot";

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const seconds = v.number();
export const time = v.pipe(v.string(), v.isoTimestamp());
export const mac = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/));
export const sessionId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff));
export const tally = v.record(v.string(), count);
