/** The tables and values of a file, as far as they were scanned. */

/** Maximum number of parts of a recorded path; deeper keys have the line of their ancestor. */
const MAX_PARTS = 16;

/**
 * How a name was defined: by a header `[x]`, as a part of another header, as a part of a dotted
 * key, by `[[x]]`, or as a value.
 */
export type Kind = "table" | "implied" | "dotted" | "list" | "value";

/** A table or value of a file. */
export interface Node {
  kind: Kind;
  line: number;
  path: string;
  children: Map<string, Node>;
  /** Tables of a list. */
  items: Node[];
  /** Number of `key = value` lines directly in it. */
  settings: number;
}

/** Returns a table or value without content. */
export function newNode(kind: Kind, line: number, path: string): Node {
  return { kind, line, path, children: new Map(), items: [], settings: 0 };
}

/** A placeholder for a table with an invalid header, so that its keys cause no further problems. */
export function stray({ path }: Node, line: number): Node {
  return newNode("table", line, path);
}

/** Returns the path of a name in a table. */
export function join(path: string, name: string): string {
  if (path === "") return name;
  // Paths of a key with thousands of parts would take quadratic memory.
  return path.split(".", MAX_PARTS).length >= MAX_PARTS ? path : `${path}.${name}`;
}
