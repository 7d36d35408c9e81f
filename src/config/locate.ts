/** Finds the lines of keys in TOML source, which its parsers do not tell once they are done. */

const STRING_OR_COMMENT =
  /"""(?:\\[\s\S]|[^\\])*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*/y;
const KEY = String.raw`(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')`;
const DOTTED = String.raw`${KEY}(?:[ \t]*\.[ \t]*${KEY})*`;
const HEADER = new RegExp(String.raw`^\s*(\[\[?)[ \t]*(${DOTTED})[ \t]*\]`);
const PAIR = new RegExp(String.raw`^\s*(${DOTTED})[ \t]*=`);

interface Statement {
  /** Counted from 1. */
  line: number;
  text: string;
}

/** Lines, counted from 1, by path such as `tunnel.listen` and `clients[0].name`; of valid TOML. */
export function locateKeys(source: string): Map<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table = "";
  const note = (path: string, line: number) => lines.has(path) || lines.set(path, line);
  for (const { line, text } of statements(source)) {
    const [, brackets, header] = HEADER.exec(text) ?? [];
    if (header !== undefined) {
      const path = resolve("", header, counts);
      const many = brackets === "[[";
      if (many) counts.set(path, (counts.get(path) ?? 0) + 1);
      note(path, line);
      table = many ? `${path}[${(counts.get(path) ?? 1) - 1}]` : withIndex(path, counts);
      note(table, line);
      continue;
    }
    const [, key] = PAIR.exec(text) ?? [];
    if (key !== undefined) note(resolve(table, key, counts), line);
  }
  return lines;
}

/** The line of a path, or of the nearest table around it; undefined for the whole file. */
export function lineOf(path: string, lines: ReadonlyMap<string, number>): number | undefined {
  for (let part = path; part !== ""; part = part.replace(/(?:\.?[^.[\]]+|\[\d+\])$/, "")) {
    const line = lines.get(part);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** Adds a dotted key to a path; of an array of tables on the way, the latest is meant. */
function resolve(table: string, dotted: string, counts: ReadonlyMap<string, number>): string {
  const keys = dotted.match(new RegExp(KEY, "g")) ?? [];
  return keys.reduce((path, key, index) => {
    const name = /^["']/.test(key) ? key.slice(1, -1) : key;
    const around = index === 0 ? path : withIndex(path, counts);
    return around === "" ? name : `${around}.${name}`;
  }, table);
}

function withIndex(path: string, counts: ReadonlyMap<string, number>): string {
  const count = counts.get(path);
  return count === undefined ? path : `${path}[${count - 1}]`;
}

/** Cuts the source where a line ends outside of strings and brackets. */
function* statements(source: string): Generator<Statement> {
  let [start, startLine, line, depth] = [0, 1, 1, 0];
  for (let at = 0; at < source.length; at++) {
    STRING_OR_COMMENT.lastIndex = at;
    const skipped = STRING_OR_COMMENT.exec(source)?.[0];
    if (skipped !== undefined) {
      line += skipped.split("\n").length - 1;
      at += skipped.length - 1;
      continue;
    }
    const character = source[at];
    if (character === "[" || character === "{") depth++;
    if (character === "]" || character === "}") depth--;
    if (character !== "\n") continue;
    line++;
    if (depth > 0) continue;
    yield { line: startLine, text: source.slice(start, at) };
    [start, startLine] = [at + 1, line];
  }
  yield { line: startLine, text: source.slice(start) };
}
