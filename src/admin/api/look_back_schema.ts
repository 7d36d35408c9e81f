/** Response schemas of what has happened: the log's lines, and customers' stories. */
import * as v from "valibot";
import { count, mac, time } from "./scalars.ts";

/** A line of the log: its facts are further members. */
export const LogLine = v.looseObject({
  time,
  level: v.string(),
  topic: v.string(),
  message: v.string(),
});
export type LogLine = v.InferOutput<typeof LogLine>;

/** Lines of the log, oldest first; `next` asks for those that follow. */
export const LogLines = v.object({ next: v.string(), lines: v.array(LogLine) });
export type LogLines = v.InferOutput<typeof LogLines>;

/** What happened to a customer, once or several times. */
const storyEntry = v.object({
  at: time,
  /** Time of the last of several. */
  until: time,
  count,
  kind: v.string(),
  facts: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  /** The same as a sentence. */
  words: v.string(),
});

/** The stories of a customer: one, or one for each client of a server at which it was seen. */
export const CustomerStories = v.object({
  customer_mac: mac,
  stories: v.array(v.object({
    client: v.optional(v.string()),
    /** Its sessions now. */
    sessions: v.array(v.object({ session: v.string(), state: v.picklist(["open", "held"]) })),
    /** In order of their first time; a loop of several is joined. */
    entries: v.array(storyEntry),
    /** What to do. */
    advice: v.string(),
  })),
});
export type CustomerStories = v.InferOutput<typeof CustomerStories>;

/** What a word means, once for each kind that has it. */
export const Explained = v.object({
  word: v.string(),
  explanations: v.array(v.object({
    /** Such as "drop reason". */
    kind: v.string(),
    meaning: v.string(),
    /** What to do; absent if nothing. */
    action: v.optional(v.string()),
  })),
});
