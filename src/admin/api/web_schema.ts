/** Schemas of the answers that open the page by a link. */
import * as v from "valibot";
import { count } from "./scalars.ts";

/** A code for a link to the page. */
export const WebCode = v.object({
  code: v.string(),
  role: v.picklist(["read", "act"]),
  expires_in_seconds: count,
  /** Where the daemon listens for browsers; each is on the loopback. */
  addresses: v.array(v.string()),
  /** Further names under which a proxy may serve the page, as in `admin.hosts`. */
  hosts: v.array(v.string()),
});
export type WebCode = v.InferOutput<typeof WebCode>;

/** A token for one browser. */
export const WebToken = v.object({
  token: v.string(),
  role: v.picklist(["read", "act"]),
  expires_in_seconds: count,
});
export type WebToken = v.InferOutput<typeof WebToken>;
