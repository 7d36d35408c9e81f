/** Tables and keys of TOML source: their line numbers, and duplicates. */
import {
  duplicateFault,
  itemFault,
  MAX_PROBLEMS,
  type OutlineProblem,
  tableFault,
} from "./outline_faults.ts";
import { join, type Kind, newNode, type Node, stray } from "./toml_node.ts";
import { TomlProblem, TomlScanner } from "./toml_scanner.ts";

/** Maximum nesting of lists and tables; configurations have far less. */
const MAX_DEPTH = 64;

/** Structure of a file, and its problems. */
export interface Outline {
  /** Line numbers, from 1, by path such as `tunnel.listen` or `clients[0].name`. */
  lines: Map<string, number>;
  problems: OutlineProblem[];
}

/**
 * Maximum number of settings in one table, far more than any table needs: @std/toml takes time
 * quadratic in their number.
 */
const MAX_SETTINGS = 200;
/** Maximum length of a name in a message. */
const MAX_SHOWN = 80;

/**
 * Parses the structure of a file. After a syntax error it continues on the next line, unless the
 * error may have left a list, a table or a text open.
 */
export function outlineOf(source: string): Outline {
  const outline: Outline = { lines: new Map(), problems: [] };
  try {
    new Outliner(source, outline).run();
  } catch (error) {
    addProblem(error, outline);
  }
  return outline;
}

/** Adds a syntax error to the problems; rethrows any other error. */
function addProblem(error: unknown, { problems }: Outline): void {
  if (!(error instanceof TomlProblem)) throw error;
  const { line, message: words, remedy } = error;
  if (problems.length >= MAX_PROBLEMS) return;
  problems.push({ kind: "syntax", path: "", line, words, remedy });
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
    const scanner = this.#scanner;
    let table = root;
    while (scanner.beginStatement()) {
      try {
        if (scanner.sees("[")) {
          table = newNode("table", scanner.line, ""); // for the keys below an invalid header
          table = this.#header(root);
        } else this.#pair(table, scanner.line, 0);
        scanner.endLine();
      } catch (error) {
        if (this.#outline.problems.length >= MAX_PROBLEMS || !scanner.canResume) throw error;
        addProblem(error, this.#outline);
        scanner.resume();
      }
    }
  }

  #header(root: Node): Node {
    const scanner = this.#scanner;
    const { line } = scanner;
    const isList = scanner.take("[[");
    if (!isList) scanner.take("[");
    if (scanner.sees("]")) scanner.fail("This table has no name", "write it, as in [interface]");
    const parts = this.#names(root);
    const end = isList ? "]]" : "]";
    if (!scanner.take(end)) {
      const name = `${isList ? "[[" : "["}${parts.join(".").slice(0, MAX_SHOWN)}${end}`;
      scanner.fail(`"${end}" is missing after the table's name`, `write ${name}`);
    }
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
      const path = join(around.path, inherited);
      const words = `Unknown key "${inherited}"`;
      this.#report({ kind: "unknown", path, line, words, remedy: "remove it" });
    }
    return parts;
  }

  #openTable(around: Node, name: string, line: number): Node {
    const known = around.children.get(name);
    if (known === undefined) return this.#add(around, name, "table", line);
    this.#report({ path: known.path, line, ...tableFault(known, name) });
    return known.kind === "list" || known.kind === "value" ? stray(known, line) : known;
  }

  #openItem(around: Node, name: string, line: number): Node {
    const known = around.children.get(name);
    const list = known ?? this.#add(around, name, "list", line);
    if (list.kind !== "list") {
      this.#report({ path: list.path, line, ...itemFault(list, name) });
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
      scanner.fail(`More than ${MAX_SETTINGS} settings in one table`, "remove some");
    }
    if (!scanner.take("=")) scanner.failWithoutEquals(parts.join("."));
    const last = parts.pop() ?? "";
    const around = this.#descend(table, parts, "dotted", line);
    const known = around.children.get(last);
    const path = known?.path ?? join(around.path, last);
    if (known !== undefined) {
      this.#report({ path, line, ...duplicateFault(known) });
    }
    around.children.set(last, newNode("value", line, path));
    // A key on the same line as its table needs no entry.
    if (depth === 0 || line !== noted) this.#note(path, line);
    scanner.skipBlanks();
    this.#value(path, line, depth);
  }

  #value(path: string, noted: number, depth: number): void {
    const scanner = this.#scanner;
    if (depth > MAX_DEPTH) scanner.fail("Lists and tables are nested too deeply", "remove some");
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
        if (isItemNext && scanner.sees("}")) {
          scanner.fail('"]" and "}" touch', "write a space between them");
        }
        return;
      }
      if (scanner.isDone) {
        scanner.fail('The list that starts with "[" here does not end', 'write the "]"', begun);
      }
      const item = `${path}[${index}]`;
      const { line } = scanner;
      if (scanner.sees("{") && line !== noted) this.#note(item, line);
      this.#value(item, scanner.sees("{") ? line : noted, depth);
      const end = scanner.line;
      scanner.skipLines();
      if (scanner.sees(",") && scanner.line !== end) {
        scanner.fail("A comma stands at the start of a line", `write it at the end of line ${end}`);
      }
      isItemNext = scanner.take(",");
      if (isItemNext || scanner.sees("]") || scanner.isDone) continue;
      const where = begun === end ? "here" : `on line ${begun}`;
      scanner.fail(
        `The list that starts ${where} has neither "," nor "]" after its item ${index + 1}`,
        'write "," between items, and "]" after the last',
        end,
      );
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
        scanner.fail('A table in "{ }" must end on its line', "write it as a [table]", begun);
      }
      this.#pair(table, noted, depth);
      scanner.skipBlanks();
      if (scanner.take("}")) return;
      const { line } = scanner;
      if (!scanner.take(",") && !scanner.sees("\n") && !scanner.isDone && !scanner.sees("\r")) {
        scanner.fail('A table in "{ }" has no "," between two settings', "write it", line);
      }
      scanner.skipBlanks();
      if (scanner.sees("}")) scanner.fail('A "," stands before "}"', "remove it");
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
        const words = `Already defined on line ${known.line}`;
        const remedy = "put all its keys there";
        this.#report({ kind: "duplicate", path: known.path, line, words, remedy });
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
