/**
 * Scanner for the structure of TOML 1.0, for line numbers and precise error messages. @std/toml
 * parses the values, but reports no line numbers of keys and stops at the first error. Valid TOML
 * that @std/toml refuses or parses incorrectly is refused here, with a reason.
 */
import { equalsFault, keyFault, scalarFault, surplusFault } from "./toml_faults.ts";

const BARE_KEY = /[A-Za-z0-9_-]+/y;
/** An unquoted value, valid or not. */
const SCALAR = /[^\s,\]}#]+/y;
const COMMENT = /#[^\n]*/y;
const BLANKS = /[ \t]*/y;
/** White space that TOML does not allow between tokens. */
const OTHER_BLANK = /[^\S\n\r]/;
const ESCAPE = /\\(?:["\\bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})/y;
/** A backslash at the end of a line, and one that is followed by blanks. */
const JOINED = /\\(?=\r?\n)/y;
const BLANKS_AFTER_BACKSLASH = /\\[ \t]+(?=\r?\n)/y;
/** The start of a value that may extend over several lines. */
const OPENING = /=[^#]*(?:[[{]|"""|''')/;
/** Maximum lengths of what a message shows. */
const MAX_KEY_SHOWN = 80;
const MAX_TOKEN_SHOWN = 40;
const MAX_REST_SHOWN = 60;

/** A syntax error: what is wrong, and what to write instead; both end without a full stop. */
export class TomlProblem extends Error {
  override name = "TomlProblem";
  /** Line number, from 1. */
  readonly line: number;
  readonly remedy: string;

  constructor(line: number, words: string, remedy: string) {
    super(words);
    this.line = line;
    this.remedy = remedy;
  }
}

/** A text and a position in it. All methods throw TomlProblem for a syntax error. */
export class TomlScanner {
  #source: string;
  #at = 0;
  #line = 1;
  /** Line on which the current statement starts. */
  #statementLine = 1;

  constructor(source: string) {
    this.#source = source;
    // deno-lint-ignore no-control-regex -- these are what is looked for
    const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/.exec(source);
    if (control === null) return;
    const line = source.slice(0, control.index).split("\n").length;
    if (control[0] === "\r") {
      throw new TomlProblem(
        line,
        "A line ends with a carriage return alone, as on old Macs",
        "save the file with Unix line ends",
      );
    }
    throw new TomlProblem(
      line,
      `The line has a control character (${codePoint(control[0])}), which no text has`,
      "remove it, or name the right file",
    );
  }

  /** Line number of the position, from 1. */
  get line(): number {
    return this.#line;
  }

  get isDone(): boolean {
    return this.#at >= this.#source.length;
  }

  /** Goes to the next setting or header; returns whether there is one. */
  beginStatement(): boolean {
    this.skipLines();
    this.#statementLine = this.#line;
    return !this.isDone;
  }

  /**
   * Whether a statement with an error ends with its line: it must not have opened a list, a table or
   * a text of several lines.
   */
  get canResume(): boolean {
    const start = this.#source.lastIndexOf("\n", this.#at - 1) + 1;
    const line = this.#source.slice(start, this.#endOfLine());
    return this.#statementLine === this.#line && !OPENING.test(line);
  }

  /** Skips the rest of the line. */
  resume(): void {
    this.#at = this.#endOfLine();
  }

  #endOfLine(): number {
    const end = this.#source.indexOf("\n", this.#at);
    return end < 0 ? this.#source.length : end;
  }

  /** Whether the text at the position starts with `text`. */
  sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  /** Skips `text` if it is next; returns whether it was. */
  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  /** Skips spaces and tabs. */
  skipBlanks(): void {
    this.#match(BLANKS);
    const next = this.#source[this.#at] ?? "";
    if (!OTHER_BLANK.test(next)) return;
    this.fail(
      `The line has an unusual blank (${codePoint(next)}), as web pages have`,
      "replace it with a plain space",
    );
  }

  /** Skips white space, comments and newlines. */
  skipLines(): void {
    for (;;) {
      this.skipBlanks();
      this.#match(COMMENT);
      if (!this.take("\r\n") && !this.take("\n")) return;
      this.#line++;
    }
  }

  /** Skips the rest of a line, which may only be a comment. */
  endLine(): void {
    this.skipBlanks();
    this.#match(COMMENT);
    if (this.isDone || this.sees("\n") || this.sees("\r\n")) return;
    this.fail(...surplusFault(this.#restOfLine()));
  }

  /** Scans a key, and returns its parts, which dots separate. */
  key(): string[] {
    const parts: string[] = [];
    do {
      this.skipBlanks();
      parts.push(this.#keyPart());
      this.skipBlanks();
    } while (this.take("."));
    return parts;
  }

  /** Skips a quoted string. */
  text(): void {
    const line = this.#line;
    for (const quote of ['"""', "'''"]) {
      if (this.take(quote)) return this.#longText(quote, line);
    }
    this.#shortText(line);
  }

  /** Skips a number, a boolean or a date. */
  scalar(): void {
    const token = this.#match(SCALAR);
    if (token === undefined) this.fail("A value is missing here", "write it, or remove the key");
    const fault = scalarFault(token, this.#restOfLine());
    if (fault !== undefined) this.fail(...fault);
  }

  /** Throws for a key without "=" after it. */
  failWithoutEquals(key: string): never {
    this.fail(...equalsFault(key.slice(0, MAX_KEY_SHOWN), this.#restOfLine()));
  }

  fail(words: string, remedy: string, line = this.#line): never {
    throw new TomlProblem(line, words, remedy);
  }

  #keyPart(): string {
    const bare = this.#match(BARE_KEY);
    if (bare !== undefined) return bare;
    const start = this.#at;
    if (this.sees('""') || this.sees("''")) {
      this.fail("The name between the quotation marks is empty", "write the key without them");
    }
    if (!this.sees('"') && !this.sees("'")) {
      this.fail(...keyFault(this.#shown()));
    }
    this.#shortText(this.#line);
    const quoted = this.#source.slice(start, this.#at);
    return quoted.startsWith('"')
      ? JSON.parse(quoted.replaceAll("\t", "\\t"))
      : quoted.slice(1, -1);
  }

  /** Skips a single-line string. */
  #shortText(line: number): void {
    const quote = this.#source[this.#at++];
    for (;;) {
      const next = this.#source[this.#at];
      if (next === undefined || next === "\n" || next === "\r") {
        this.fail(
          `The text that starts with ${quote} on this line does not end on it`,
          `write the missing ${quote} after it`,
          line,
        );
      }
      if (next === quote) return void this.#at++;
      if (next === "\\" && quote === '"') this.#escape();
      else this.#at++;
    }
  }

  #longText(quote: string, line: number): void {
    while (!this.take(quote)) {
      if (this.isDone) {
        this.fail(
          `The text that starts with ${quote} on this line does not end`,
          `write the missing ${quote} after it`,
          line,
        );
      }
      if (this.sees("\n")) this.#line++;
      // A backslash at the end of a line joins it with the next.
      if (quote === '"""' && this.sees("\\")) {
        if (this.#match(JOINED) === undefined) this.#escape();
      } else this.#at++;
    }
    if (this.sees(quote[0])) {
      this.fail(`A text between ${quote} cannot end with ${quote[0]}`, "write it on one line");
    }
  }

  #escape(): void {
    if (this.#match(BLANKS_AFTER_BACKSLASH) !== undefined) {
      this.fail("There are blanks after the backslash at the end of the line", "remove them");
    }
    if (this.#match(ESCAPE) !== undefined) return;
    const shown = this.#source.slice(this.#at, this.#at + 2).trimEnd();
    this.fail(
      `"${shown}" in a text in "…" has no meaning`,
      "write two backslashes for one, or put the text in '…'",
    );
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }

  /** The next token, for a message; empty at the end of a line. */
  #shown(): string {
    const rest = this.#source.slice(this.#at, this.#at + MAX_TOKEN_SHOWN);
    return rest.split(/[\s,\]}]/)[0] || rest.slice(0, 1).trim();
  }

  /** What follows on this line, without a comment, for a message. */
  #restOfLine(): string {
    const rest = this.#source.slice(this.#at, this.#at + MAX_REST_SHOWN);
    return rest.split(/[#\r\n]/)[0].trim();
  }
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
