/** A row of docs/failures.md. */
export interface FailureRow {
  readonly failure: string;
  /** "client" or "server". */
  readonly seenOn: string;
  readonly code: string;
  /** What the status says; "…" in the table stands for anything. */
  readonly words: RegExp;
  readonly remedy: string;
}

/** Reads the table of docs/failures.md; an empty first cell continues the failure above it. */
export function failuresIn(page: string): FailureRow[] {
  let last = "";
  return page.split("\n").filter((line) => /^\|.*\|$/.test(line)).slice(2).map((line) => {
    const [failure, seenOn, code, words, remedy] = line.slice(1, -1).split(" | ")
      .map((cell) => cell.trim());
    last = failure === "" ? last : failure;
    const pattern = words.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return {
      failure: last,
      seenOn,
      code: code.replaceAll("`", ""),
      words: new RegExp(`^${pattern.join(".*")}$`),
      remedy,
    };
  });
}
