/** Tables and keys of TOML source: their line numbers, and duplicates. */
import { TomlProblem, TomlScanner } from "./toml_scanner.ts";

/** Maximum nesting of lists and tables; configurations have far less. */
const MAX_DEPTH = 64;
/** Maximum number of parts of a recorded path; deeper keys have the line of their ancestor. */
const MAX_PARTS = 16;

/** A problem with the structure of a file. */
export interface OutlineProblem {
  /** Key; empty if the rest of the text cannot be parsed. */
  path: string;
  line: number;
  message: string;
}

/** Structure of a file, and its problems. */
export interface Outline {
  /** Line numbers, from 1, by path such as `tunnel.listen` or `clients[0].name`. */
  lines: Map<string, number>;
  problems: OutlineProblem[];
}

/**
 * How a name was defined: by a header `[x]`, as a part of another header, as a part of a dotted
 * key, by `[[x]]`, or as a value.
 */
type Kind = "table" | "implied" | "dotted" | "list" | "value";

interface Node {
  kind: Kind;
  line: number;
  path: string;
  children: Map<string, Node>;
  /** Tables of a list. */
  items: Node[];
  /** Number of `key = value` lines directly in it. */
  settings: number;
}

/**
 * Maximum number of settings in one table, far more than any table needs: @std/toml takes time
 * quadratic in their number.
 */
const MAX_SETTINGS = 200;
/** Maximum number of reported problems. */
const MAX_PROBLEMS = 50;

function newNode(kind: Kind, line: number, path: string): Node {
  return { kind, line, path, children: new Map(), items: [], settings: 0 };
}

/** Parses the structure of a file, up to the first syntax error. */
export function outlineOf(source: string): Outline {
  const outline: Outline = { lines: new Map(), problems: [] };
  try {
    new Outliner(source, outline).run();
  } catch (error) {
    if (!(error instanceof TomlProblem)) throw error;
    const { line, message } = error;
    if (outline.problems.length < MAX_PROBLEMS) outline.problems.push({ path: "", line, message });
  }
  return outline;
}

class Outliner {
  #scanner: TomlScanner;
  #outline: Outline;

  constructor(source: string, outline: Outline) {
    this.#scanner = new TomlScanner(source);
    this.#outline = outline;
  }

  run(): void {
    const root = newNode("table", 1, "");
    let table = root;
    for (;;) {
      this.#scanner.skipLines();
      if (this.#scanner.isDone) return;
      if (this.#scanner.sees("[")) table = this.#header(root);
      else this.#pair(table, this.#scanner.line, 0);
      this.#scanner.endLine();
    }
  }

  #header(root: Node): Node {
    const scanner = this.#scanner;
    const { line } = scanner;
    const isList = scanner.take("[[");
    if (!isList) scanner.take("[");
    const parts = this.#names(root);
    const end = isList ? "]]" : "]";
    if (!scanner.take(end)) scanner.fail(`"${end}" is missing at the end of this table's name`);
    const last = parts.pop() ?? "";
    const around = this.#descend(root, parts, "implied", line);
    return isList ? this.#openItem(around, last, line) : this.#openTable(around, last, line);
  }

  /**
   * Scans a key's parts. Reports names of Object.prototype: they are not settings and break
   * parsers.
   */
  #names(around: Node): string[] {
    const { line } = this.#scanner;
    const parts = this.#scanner.key();
    const inherited = parts.find((name) => name in Object.prototype);
    if (inherited !== undefined) {
      this.#report({ path: join(around.path, inherited), line, message: "Unknown key" });
    }
    return parts;
  }

  #openTable(around: Node, name: string, line: number): Node {
    const known = around.children.get(name);
    if (known === undefined) return this.#add(around, name, "table", line);
    const message = known.kind === "implied"
      ? `Move [${known.path}] above line ${known.line}, which starts a table inside it`
      : known.kind === "list"
      ? `Defined as [[${name}]] on line ${known.line}; write [[${name}]] here too`
      : known.kind === "value"
      ? `Already defined as a value on line ${known.line}; remove one`
      : `Table [${name}] is already defined on line ${known.line}; put all its keys there`;
    this.#report({ path: known.path, line, message });
    return known.kind === "list" || known.kind === "value" ? stray(known, line) : known;
  }

  #openItem(around: Node, name: string, line: number): Node {
    const known = around.children.get(name);
    const list = known ?? this.#add(around, name, "list", line);
    if (list.kind !== "list") {
      const message = list.kind === "value"
        ? `Already defined as a value on line ${list.line}; remove one`
        : `Defined as [${name}] on line ${list.line}; if there are several, write [[${name}]] each time`;
      this.#report({ path: list.path, line, message });
      return stray(list, line);
    }
    const item = newNode("table", line, `${list.path}[${list.items.length}]`);
    this.#note(item.path, line);
    list.items.push(item);
    return item;
  }

  /** Parses `key = value` in a table. `noted` is the table's line, which is recorded already. */
  #pair(table: Node, noted: number, depth: number): void {
    const scanner = this.#scanner;
    const { line } = scanner;
    const parts = this.#names(table);
    if (++table.settings > MAX_SETTINGS) {
      scanner.fail(`More than ${MAX_SETTINGS} settings in one table; remove some`);
    }
    if (!scanner.take("=")) scanner.fail(`"=" is missing after "${parts.join(".").slice(0, 80)}"`);
    const last = parts.pop() ?? "";
    const around = this.#descend(table, parts, "dotted", line);
    const known = around.children.get(last);
    const path = known?.path ?? join(around.path, last);
    if (known !== undefined) {
      const message = `Already defined on line ${known.line}; remove one`;
      this.#report({ path, line, message });
    }
    around.children.set(last, newNode("value", line, path));
    // A key on the same line as its table needs no entry.
    if (depth === 0 || line !== noted) this.#note(path, line);
    scanner.skipBlanks();
    this.#value(path, line, depth);
  }

  #value(path: string, noted: number, depth: number): void {
    const scanner = this.#scanner;
    if (depth > MAX_DEPTH) scanner.fail("Lists and tables are nested too deeply");
    if (scanner.sees('"') || scanner.sees("'")) scanner.text();
    else if (scanner.take("[")) this.#list(path, noted, depth + 1);
    else if (scanner.take("{")) this.#inlineTable(path, noted, depth + 1);
    else scanner.scalar();
  }

  #list(path: string, noted: number, depth: number): void {
    const scanner = this.#scanner;
    const begun = scanner.line;
    let isItemNext = true;
    for (let index = 0;; index++) {
      scanner.skipLines();
      if (scanner.take("]")) {
        // Where an item is expected, @std/toml parses "]}" as a table.
        if (isItemNext && scanner.sees("}")) scanner.fail('Write a space between "]" and "}"');
        return;
      }
      if (scanner.isDone) {
        scanner.fail('The list that starts with "[" on this line has no "]"', begun);
      }
      const item = `${path}[${index}]`;
      const { line } = scanner;
      if (scanner.sees("{") && line !== noted) this.#note(item, line);
      this.#value(item, scanner.sees("{") ? line : noted, depth);
      const end = scanner.line;
      scanner.skipLines();
      if (scanner.sees(",") && scanner.line !== end) {
        scanner.fail(`Write the comma at the end of line ${end}`);
      }
      isItemNext = scanner.take(",");
      if (isItemNext || scanner.sees("]") || scanner.isDone) continue;
      scanner.fail(`Expected "," or "]" in the list that starts on line ${begun}`);
    }
  }

  #inlineTable(path: string, noted: number, depth: number): void {
    const scanner = this.#scanner;
    const begun = scanner.line;
    const table = newNode("table", begun, path);
    scanner.skipBlanks();
    if (scanner.take("}")) return;
    for (;;) {
      if (scanner.sees("\n") || scanner.sees("\r") || scanner.sees("#") || scanner.isDone) {
        scanner.fail('A table in "{ }" must end on the same line; write it as a [table]', begun);
      }
      this.#pair(table, noted, depth);
      scanner.skipBlanks();
      if (scanner.take("}")) return;
      const { line } = scanner;
      if (!scanner.take(",") && !scanner.sees("\n") && !scanner.isDone && !scanner.sees("\r")) {
        scanner.fail('Expected "," or "}"', line);
      }
      scanner.skipBlanks();
      if (scanner.sees("}")) scanner.fail('Remove the "," before "}"');
    }
  }

  /** Returns the table that the parts of a name lead to; for a list, its last table. */
  #descend(from: Node, parts: readonly string[], kind: Kind, line: number): Node {
    return parts.reduce((around, name) => {
      const known = around.children.get(name);
      if (known === undefined) {
        const node = newNode(kind, line, join(around.path, name));
        around.children.set(name, node);
        return node;
      }
      const isClosed = known.kind === "value" || (kind === "dotted" && known.kind !== "dotted");
      if (isClosed) {
        const message = `Already defined on line ${known.line}; put all its keys there`;
        this.#report({ path: known.path, line, message });
      }
      return known.items.at(-1) ?? known;
    }, from);
  }

  #add(around: Node, name: string, kind: Kind, line: number): Node {
    const node = newNode(kind, line, join(around.path, name));
    around.children.set(name, node);
    this.#note(node.path, line);
    return node;
  }

  #report(problem: OutlineProblem): void {
    if (this.#outline.problems.length < MAX_PROBLEMS) this.#outline.problems.push(problem);
  }

  #note(path: string, line: number): void {
    if (!this.#outline.lines.has(path)) this.#outline.lines.set(path, line);
  }
}

/** A placeholder for a table with an invalid header, so that its keys cause no further problems. */
function stray({ path }: Node, line: number): Node {
  return newNode("table", line, path);
}

function join(path: string, name: string): string {
  if (path === "") return name;
  // Paths of a key with thousands of parts would take quadratic memory.
  return path.split(".", MAX_PARTS).length >= MAX_PARTS ? path : `${path}.${name}`;
}
