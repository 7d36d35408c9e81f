/**
 * Reads TOML 1.0 as far as its shape goes, to say where everything is and what is missing. The values
 * are read by @std/toml, which says no lines of what it read and stops at the first fault. What that
 * parser refuses or reads otherwise than TOML 1.0 says is refused here, with a reason.
 */
import { scalarFault } from "./toml_scalar.ts";

const BARE_KEY = /[A-Za-z0-9_-]+/y;
/** A value without quotation marks, and whatever was meant as one. */
const SCALAR = /[^\s,\]}#]+/y;
const COMMENT = /#[^\n]*/y;
const BLANKS = /[ \t]*/y;
/** What looks like a blank and is none. */
const OTHER_BLANK = /[^\S\n\r]/;
const ESCAPE = /\\(?:["\\bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})/y;
/** A backslash at the end of a line, and one that only seems to be there. */
const JOINED = /\\(?=\r?\n)/y;
const BLANKS_AFTER_BACKSLASH = /\\[ \t]+(?=\r?\n)/y;
/** Quotation marks of word processors. */
const CURLY = /[\u2018-\u201f\u00ab\u00bb]/;

/** The text is no TOML; the message says what is missing, and ends without a stop. */
export class TomlProblem extends Error {
  override name = "TomlProblem";
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** A text and a place in it. All methods throw TomlProblem for what cannot stand there. */
export class TomlScanner {
  #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
    // deno-lint-ignore no-control-regex -- these are what is looked for
    const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/.exec(source);
    if (control === null) return;
    const line = source.slice(0, control.index).split("\n").length;
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new TomlProblem(line, `It has a control character (U+${code}), which no text file has`);
  }

  /** Of the place, counted from 1. */
  get line(): number {
    return this.#line;
  }

  get isDone(): boolean {
    return this.#at >= this.#source.length;
  }

  /** Whether this text is next. */
  sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  /** Takes this text where it is next. */
  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  /** Takes spaces and tabs. */
  skipBlanks(): void {
    this.#match(BLANKS);
    const next = this.#source[this.#at] ?? "";
    if (!OTHER_BLANK.test(next)) return;
    const code = next.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    this.fail(
      `A character that only looks like a blank (U+${code}) stands here; write a plain one`,
    );
  }

  /** Takes blanks, comments and ends of lines. */
  skipLines(): void {
    for (;;) {
      this.skipBlanks();
      this.#match(COMMENT);
      if (!this.take("\r\n") && !this.take("\n")) return;
      this.#line++;
    }
  }

  /** Takes the rest of a line, which may be a comment. */
  endLine(): void {
    this.skipBlanks();
    this.#match(COMMENT);
    if (this.isDone || this.sees("\n") || this.sees("\r\n")) return;
    this.fail(`Expected the end of the line, not ${this.#shown()}; each setting has its own line`);
  }

  /** Takes a key, which may have parts with dots between them. */
  key(): string[] {
    const parts: string[] = [];
    do {
      this.skipBlanks();
      parts.push(this.#keyPart());
      this.skipBlanks();
    } while (this.take("."));
    return parts;
  }

  /** Takes a text in quotation marks. */
  text(): void {
    const line = this.#line;
    for (const quote of ['"""', "'''"]) {
      if (this.take(quote)) return this.#longText(quote, line);
    }
    this.#shortText(line);
  }

  /** Takes a number, a truth value or a date. */
  scalar(): void {
    const token = this.#match(SCALAR);
    if (token === undefined) this.fail('A value is missing after "="');
    const fault = scalarFault(token);
    if (fault !== undefined) this.fail(fault);
  }

  fail(message: string, line = this.#line): never {
    throw new TomlProblem(line, message);
  }

  #keyPart(): string {
    const bare = this.#match(BARE_KEY);
    if (bare !== undefined) return bare;
    const start = this.#at;
    if (this.sees('""') || this.sees("''")) {
      this.fail("A name is missing between the quotation marks");
    }
    if (!this.sees('"') && !this.sees("'")) {
      this.fail(
        `Expected a setting such as name = "wan0", or a table such as [interface], not ${this.#shown()}`,
      );
    }
    this.#shortText(this.#line);
    const quoted = this.#source.slice(start, this.#at);
    return quoted.startsWith('"')
      ? JSON.parse(quoted.replaceAll("\t", "\\t"))
      : quoted.slice(1, -1);
  }

  /** On one line. */
  #shortText(line: number): void {
    const quote = this.#source[this.#at++];
    for (;;) {
      const next = this.#source[this.#at];
      if (next === undefined || next === "\n" || next === "\r") {
        this.fail(
          `A quotation mark is missing: the text that begins with ${quote} on this line does not end on it`,
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
        this.fail(`The text that begins with ${quote} on this line never ends`, line);
      }
      if (this.sees("\n")) this.#line++;
      // A backslash at the end of a line joins it with the next.
      if (quote === '"""' && this.sees("\\")) {
        if (this.#match(JOINED) === undefined) this.#escape();
      } else this.#at++;
    }
    if (this.sees(quote[0])) {
      this.fail(`A text between ${quote} cannot end with ${quote[0]}; write it on one line`);
    }
  }

  #escape(): void {
    if (this.#match(BLANKS_AFTER_BACKSLASH) !== undefined) {
      this.fail("Blanks follow the backslash that joins two lines; remove them");
    }
    if (this.#match(ESCAPE) !== undefined) return;
    const shown = this.#source.slice(this.#at, this.#at + 2).trimEnd();
    this.fail(
      `"${shown}" is no escape; write the character itself, two backslashes for one, or the text in '…'`,
    );
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }

  /** What stands here, for a message. */
  #shown(): string {
    const rest = this.#source.slice(this.#at, this.#at + 40).split(/[\s,\]}]/)[0] ||
      this.#source[this.#at] || "";
    if (CURLY.test(rest)) return `${rest} (curly quotation marks; write plain ones)`;
    if (this.isDone) return "the end of the file";
    return /^\s/.test(rest) ? "the end of the line" : rest;
  }
}
