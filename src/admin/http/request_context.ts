import type { Access, Caller, Role } from "./access.ts";
import type { WebAccess } from "./web_access.ts";

/** Maximum number of concurrent streams per kind of access and role. */
export const MAX_STREAMS = 16;

/** The context of a request. */
export interface RequestContext {
  access: Access;
  caller: Caller;
  /** The caller's role; undefined until it is known, and for unauthorized callers. */
  role: Role | undefined;
  /** Codes and tokens of the page. */
  webAccess: WebAccess;
  /** Whether the route requires the role "act". */
  acted: boolean;
  /** Marks the connection as authorized, so that strangers do not evict it. */
  proven(role: Role): void;
  /**
   * Marks the response as a stream, which lasts until the client closes it. Returns false if the
   * limit is reached.
   */
  stream(): boolean;
}
