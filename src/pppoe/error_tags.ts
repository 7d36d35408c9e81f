import { TAG_AC_SYSTEM_ERROR, TAG_GENERIC_ERROR, TAG_SERVICE_NAME_ERROR } from "./constants.ts";
import type { Tag } from "./tags.ts";

/** Maximum number of bytes kept of an error tag's text. */
const MAX_TEXT = 200;

/** An unspecified, unrecoverable error (RFC 2516 appendix A). */
export function genericError(text: string): Tag {
  return { type: TAG_GENERIC_ERROR, value: new TextEncoder().encode(text) };
}

/** The AC lacks the resources to serve the request (RFC 2516 appendix A). */
export function acSystemError(text: string): Tag {
  return { type: TAG_AC_SYSTEM_ERROR, value: new TextEncoder().encode(text) };
}

/** The requested service cannot be provided (RFC 2516 appendix A). */
export function serviceNameError(text: string): Tag {
  return { type: TAG_SERVICE_NAME_ERROR, value: new TextEncoder().encode(text) };
}

/** Whether the tag reports an error. */
export function isErrorTag(tag: Tag): boolean {
  return tag.type >= TAG_SERVICE_NAME_ERROR && tag.type <= TAG_GENERIC_ERROR;
}

/** Returns an error tag's text; empty if its first byte is 0, which means no text (appendix A). */
export function errorText(tag: Tag): string {
  if (tag.value.length === 0 || tag.value[0] === 0) return "";
  return new TextDecoder().decode(tag.value.subarray(0, MAX_TEXT));
}
