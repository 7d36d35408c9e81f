/** Response schema of the history; `response_schema.ts` has the others. */
import * as v from "valibot";
import { peer, time } from "./scalars.ts";

const values = v.array(v.nullable(v.number()));

/**
 * The traffic of a time, in points of `step_seconds`, of which the first begins at `from`. A value
 * is null where the daemon did not run or keeps nothing.
 */
export const History = v.object({
  ...peer,
  session: v.optional(v.string()),
  from: time,
  to: time,
  step_seconds: v.number(),
  /** Means over the time of a point in which the daemon ran. */
  bytes_up_per_second: values,
  bytes_down_per_second: values,
  frames_up_per_second: values,
  frames_down_per_second: values,
  /** The last numbers of a point; null for a session. */
  sessions_open: values,
  sessions_held: values,
  /** The longest round trip of a tunnel; null without a tunnel, and for a session. */
  rtt_seconds: values,
  /** Dropped frames in a point; null for clients and sessions. */
  drops: values,
  /** The events of that time, oldest first, and of more than 500 the latest. */
  events: v.array(v.looseObject({ time, kind: v.string() })),
});
export type History = v.InferOutput<typeof History>;
