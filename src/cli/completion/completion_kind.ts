/** Kind of value that a shell can complete. */
export type CompletionKind =
  | { kind: "words"; words: readonly string[] }
  | { kind: "file" | "folder" | "interface" | "command" | "nothing" };

/** Kind of a value by its placeholder in help, such as `FILE`, `INTERFACE` or `open|held`. */
export function completionKind(value: string): CompletionKind {
  if (value.includes("|")) return { kind: "words", words: value.split("|") };
  if (value === "FILE" || value === "PATH") return { kind: "file" };
  if (value === "FOLDER") return { kind: "folder" };
  if (value === "INTERFACE") return { kind: "interface" };
  if (value === "COMMAND") return { kind: "command" };
  return { kind: "nothing" };
}

/** Directory in which Linux lists its interfaces. */
export const INTERFACES = "/sys/class/net";
