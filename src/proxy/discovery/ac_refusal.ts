import { isErrorTag } from "../../pppoe/error_tags.ts";
import type { Mac } from "../../pppoe/mac.ts";
import type { Tag } from "../../pppoe/tags.ts";
import type { Peer } from "../session/session.ts";
import { isProxyRefusal } from "./refusal.ts";

/** An answer to a request that has error tags (RFC 2516 appendix A). */
export interface AcRefusal {
  readonly peer: Peer;
  readonly customer: Mac;
  readonly concentrator: Mac;
  /** The AC's name, if it is known. */
  readonly acName: string;
  /** CODE_PADO or CODE_PADS. */
  readonly code: number;
  /** The error tags; at least one. */
  readonly tags: readonly Tag[];
  /** Whether the server's proxy refused, in the AC's name. */
  readonly isProxys: boolean;
}

/** Returns the refusal in an answer, if it is one. */
export function refusalIn(
  answer: Omit<AcRefusal, "isProxys"> & { tags: readonly Tag[] },
): AcRefusal | undefined {
  const tags = answer.tags.filter(isErrorTag);
  if (tags.length === 0) return undefined;
  return { ...answer, tags, isProxys: tags.every(isProxyRefusal) };
}
