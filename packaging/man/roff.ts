/** Converts Markdown to manual pages (man(7), groff). */
import { lexer, type Token, type Tokens } from "marked";

/** A manual page in Markdown: sections are `##`, subsections `###`. */
export interface ManualPage {
  name: string;
  /** For example 1 for commands. */
  section: number;
  /** Name of the manual, shown at the top of the page. */
  manual: string;
  markdown: string;
}

/** Drawing characters and their ASCII replacements. */
const IN_ASCII = { "─": "-", "│": "|", "▶": ">", "◀": "<", "‖": "||" };

/** Returns the page's source for man(1). Its first line requests tbl(1), which tables need. */
export function roff({ name, section, manual, markdown }: ManualPage, version: string): string {
  return [
    `'\\" t`,
    '.\\" Made by `deno task man`; changes here are lost.',
    `.TH ${macroArgument(name.toUpperCase())} ${section} "" ${
      macroArgument(`pppoe-proxy ${version}`)
    } ${macroArgument(manual)}`,
    ...Object.entries(IN_ASCII).map(([character, ascii]) =>
      `.fchar \\[u${codePoint(character)}] ${ascii}`
    ),
    ".nh",
    ".ad l",
    ...lexer(markdown).flatMap(block),
    "",
  ].join("\n");
}

function block(token: Token): string[] {
  switch (token.type) {
    case "heading":
      return [heading(token as Tokens.Heading)];
    case "paragraph":
      return [".PP", ...text(token as Tokens.Paragraph)];
    case "code":
      return [".PP", ".RS 4", ".nf", ...literal((token as Tokens.Code).text), ".fi", ".RE"];
    case "list":
      return (token as Tokens.List).items.flatMap((item) => listItem(item));
    case "table":
      return table(token as Tokens.Table);
    case "space":
      return [];
    default:
      throw new Error(`Cannot convert Markdown of type "${token.type}"; add it to block()`);
  }
}

function heading({ depth, text }: Tokens.Heading): string {
  return depth <= 2
    ? `.SH ${macroArgument(text.startsWith("[") ? text : text.toUpperCase())}`
    : `.SS ${macroArgument(text.replaceAll("`", ""))}`;
}

/** An item that starts with code and a colon becomes a tagged entry, any other a bullet. */
function listItem(item: Tokens.ListItem): string[] {
  const [first, ...more] = item.tokens.filter(({ type }) => type !== "space");
  const words = (first as Tokens.Text).tokens ?? [];
  const [term, after] = words;
  const further = more.flatMap((token) => [".RS", ...block(token), ".RE"]);
  if (term?.type !== "codespan" || !/^(?: \(.*\))?:/.test(after?.raw ?? "")) {
    return [".IP \\(bu 2", ...lines(inline(words)), ...further];
  }
  const [, note, rest] = /^( \(.*?\))?:\s*([^]*)$/.exec(after.raw) ?? [];
  const described = [{ ...after, text: rest } as Token, ...words.slice(2)];
  return [
    ".TP",
    `${inline([term])}${escape(note ?? "")}`,
    ...lines(inline(described)),
    ...further,
  ];
}

function table({ header, rows, align }: Tokens.Table): string[] {
  const cell = ({ tokens }: Tokens.TableCell): string =>
    `T{\n${lines(inline(tokens)).join("\n")}\nT}`;
  // The last column takes the remaining width.
  const columns = header.map((_, at) =>
    `${align[at] === "right" ? "r" : "l"}${at === header.length - 1 ? "x" : ""}`
  );
  return [
    ".PP",
    ".TS",
    "nokeep;", // otherwise groff warns about cells that cross a page boundary
    `${columns.map((column) => `${column}b`).join(" ")}`,
    `${columns.join(" ")}.`,
    ...[header, ...rows].map((row) => row.map(cell).join("\t")),
    ".TE",
  ];
}

function text({ tokens }: { tokens: Token[] }): string[] {
  return lines(inline(tokens));
}

/** Returns text with its fonts; `lines` then makes sure that no line is a request. */
function inline(tokens: readonly Token[]): string {
  return tokens.map((token) => {
    switch (token.type) {
      case "codespan":
        return `\\fB${escape((token as Tokens.Codespan).text).replaceAll("-", "\\-")}\\fR`;
      case "strong":
        return `\\fB${inline((token as Tokens.Strong).tokens)}\\fR`;
      case "em":
        return `\\fI${inline((token as Tokens.Em).tokens)}\\fR`;
      case "link":
        return inline((token as Tokens.Link).tokens);
      case "text":
      case "escape":
      case "html":
        return escape((token as Tokens.Text).text);
      default:
        throw new Error(`Cannot convert Markdown of type "${token.type}"; add it to inline()`);
    }
  }).join("");
}

function lines(text: string): string[] {
  return text.split("\n").map((line) => guard(line.trim())).filter((line) => line !== "");
}

function literal(text: string): string[] {
  return text.split("\n").map((line) => guard(escape(line).replaceAll("-", "\\-")));
}

/** Escapes a leading dot or apostrophe, which would make the line a request. */
function guard(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** Escapes the characters that groff would replace or take as an escape (groff_char(7)). */
function escape(text: string): string {
  return text.replaceAll("\\", "\\(rs").replaceAll("`", "\\(ga").replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti").replaceAll("'", "\\(aq");
}

function macroArgument(text: string): string {
  return `"${escape(text).replaceAll('"', "\\(dq")}"`;
}

/** Returns groff's name of a character: at least four hexadecimal digits. */
function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
