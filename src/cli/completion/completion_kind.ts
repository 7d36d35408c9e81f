import { EVENT_KINDS } from "../../messages/event_kinds.ts";
import { SESSION_ENDS } from "../../messages/session_ends.ts";
import { allWords } from "../../messages/catalogue.ts";

/** Kind of value that a shell can complete. */
export type CompletionKind =
  | { kind: "words"; words: readonly string[] }
  | { kind: "live"; of: "client" | "server" | "session" | "mac" }
  | { kind: "file" | "folder" | "interface" | "command" | "nothing" };

/**
 * Kind of a value by its placeholder in help, such as `FILE`, `INTERFACE` or `open|held`, and by the
 * option that it belongs to, if it does. Live values are those of a running daemon.
 */
export function completionKind(placeholder: string, option?: string): CompletionKind {
  const value = placeholder.replace(/\.\.\.$/, "");
  if (option === "client" || option === "server") return { kind: "live", of: option };
  if (value === "MAC" || value === "SESSION") {
    return { kind: "live", of: value === "MAC" ? "mac" : "session" };
  }
  if (value.includes("|")) return { kind: "words", words: value.split("|") };
  if (value === "FILE" || value === "PATH") return { kind: "file" };
  if (value === "FOLDER") return { kind: "folder" };
  if (value === "INTERFACE") return { kind: "interface" };
  if (value === "WORD") return { kind: "words", words: allWords().filter(isOneWord) };
  if (value === "EVENT") return { kind: "words", words: Object.keys(EVENT_KINDS) };
  if (value === "REASON") return { kind: "words", words: Object.keys(SESSION_ENDS) };
  if (value === "COMMAND") return { kind: "command" };
  return { kind: "nothing" };
}

function isOneWord(word: string): boolean {
  return !word.includes(" ");
}

/** Directory in which Linux lists its interfaces. */
export const INTERFACES = "/sys/class/net";
