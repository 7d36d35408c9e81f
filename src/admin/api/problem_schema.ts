/** Schemas of what needs attention. */
import * as v from "valibot";
import { PROBLEMS } from "../../messages/problems.ts";
import { count, time } from "./scalars.ts";

/** Something that needs attention now. */
export const Problem = v.object({
  /** A word that `explain` knows. */
  code: v.picklist(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]),
  severity: v.picklist(["critical", "warning"]),
  /** What has the problem, such as the name of a client, an interface, or a drop reason. */
  subject: v.string(),
  since: time,
  /** What is wrong, in a sentence without its full stop. */
  words: v.string(),
  /** What to do about it. */
  remedy: v.string(),
  /** What happens next by itself, such as the next attempt and the end of held sessions. */
  next: v.optional(v.string()),
});
export type Problem = v.InferOutput<typeof Problem>;

/** How often something happened in the last hour. */
export const Recently = v.object({ count, first_at: time, last_at: time });
export type Recently = v.InferOutput<typeof Recently>;

/** What was dropped and refused in the last hour. */
export const LastHour = v.object({
  /** Dropped frames, by reason. */
  drops: v.record(v.string(), Recently),
  /** A server's refused connections, by reason. */
  rejected: v.record(v.string(), Recently),
  /** Ended sessions, by reason. */
  ended: v.record(v.string(), Recently),
  /** Received frames that the kernel had no room for. */
  kernel_drops: v.nullable(Recently),
});
export type LastHour = v.InferOutput<typeof LastHour>;

/** A host that was refused because another one is connected under the same client's name. */
export const NameConflict = v.object({
  client: v.string(),
  /** The refused host's address. */
  address: v.string(),
  /** The address of the client's tunnel. */
  holder: v.string(),
  first_at: time,
  last_at: time,
});
