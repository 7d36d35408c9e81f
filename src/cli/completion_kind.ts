/** What can stand for a value, as far as a shell can know. */
export type CompletionKind =
  | { kind: "words"; words: readonly string[] }
  | { kind: "file" | "folder" | "interface" | "command" | "nothing" };

/** The kind of what help calls `FILE`, `FOLDER`, `INTERFACE`, `COMMAND`, `open|held` or otherwise. */
export function completionKind(value: string): CompletionKind {
  if (value.includes("|")) return { kind: "words", words: value.split("|") };
  if (value === "FILE" || value === "PATH") return { kind: "file" };
  if (value === "FOLDER") return { kind: "folder" };
  if (value === "INTERFACE") return { kind: "interface" };
  if (value === "COMMAND") return { kind: "command" };
  return { kind: "nothing" };
}

/** Where Linux lists its interfaces. */
export const INTERFACES = "/sys/class/net";
