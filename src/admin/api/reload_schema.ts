/** The response of a reload. */
import * as v from "valibot";
import { count } from "./scalars.ts";

/** A changed setting; "content" means that the file it names has changed. */
const change = v.object({
  key: v.string(),
  change: v.picklist(["added", "removed", "changed", "content"]),
});

/** What a check found; the codes are those of docs/messages.md. */
const finding = v.object({
  code: v.string(),
  severity: v.picklist(["error", "warning", "note"]),
  /** Where in the configuration; absent if it is about the machine. */
  place: v.optional(v.object({
    file: v.string(),
    line: v.optional(count),
    /** The environment variable that sets the key. */
    variable: v.optional(v.string()),
    key: v.optional(v.string()),
  })),
  words: v.string(),
  remedy: v.string(),
});

export const Reloaded = v.object({
  result: v.picklist(["applied", "unchanged"]),
  applied: v.array(change),
  needs_restart: v.array(change),
  /** What needs attention, although the configuration was accepted. */
  findings: v.optional(v.array(finding), []),
});
export type Reloaded = v.InferOutput<typeof Reloaded>;
