/** What is wrong with the structure of a file, and what to do about it. */
import type { Node } from "./toml_node.ts";

/** Maximum number of reported problems: a file of another kind has one on each line. */
export const MAX_PROBLEMS = 50;

/** A problem with the structure of a file. */
export interface OutlineProblem {
  kind: "syntax" | "duplicate" | "order" | "brackets" | "unknown";
  /** Key; empty if the rest of the text cannot be parsed. */
  path: string;
  line: number;
  /** What is wrong. */
  words: string;
  /** What to write instead. */
  remedy: string;
}

type Said = Pick<OutlineProblem, "kind" | "words" | "remedy">;

/** What is wrong with a second definition of a key. */
export function duplicateFault({ line }: Node): Said {
  return {
    kind: "duplicate",
    words: `Already defined on line ${line}`,
    remedy: "remove one of the two",
  };
}

/** What is wrong with `[name]` if the name is known already. */
export function tableFault(known: Node, name: string): Said {
  const { kind, line, path } = known;
  switch (kind) {
    case "implied":
      return {
        kind: "order",
        words: `Table [${path}] stands below line ${line}, which starts a table inside it`,
        remedy: `move [${path}] above that line`,
      };
    case "list":
      return {
        kind: "brackets",
        words: `This is [[${name}]] on line ${line}`,
        remedy: `write [[${name}]] here too`,
      };
    case "value":
      return duplicateFault(known);
    default:
      return {
        kind: "duplicate",
        words: `Table [${path}] is already defined on line ${line}`,
        remedy: "put all its keys there",
      };
  }
}

/** What is wrong with `[[name]]` if the name is known as something else. */
export function itemFault(known: Node, name: string): Said {
  if (known.kind === "value") return duplicateFault(known);
  return {
    kind: "brackets",
    words: `This is [${name}] on line ${known.line}`,
    remedy: `if there are several, write [[${name}]] each time`,
  };
}
