/** Manual pages (man(7), groff) from Markdown. */
import { lexer, type Token, type Tokens } from "marked";

/** What a page is called, and its text in Markdown: sections are `##`, their parts `###`. */
export interface ManualPage {
  name: string;
  /** Such as 1 for commands. */
  section: number;
  /** The manual's name, at the top of the page. */
  manual: string;
  markdown: string;
}

/** Characters of drawings, and what stands for them where only ASCII can be shown. */
const IN_ASCII = { "─": "-", "│": "|", "▶": ">", "◀": "<", "‖": "||" };

/** The page for man(1); tables need tbl(1), which the first line asks for. */
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
      throw new Error(`Cannot make a manual page of Markdown's "${token.type}"`);
  }
}

function heading({ depth, text }: Tokens.Heading): string {
  return depth <= 2
    ? `.SH ${macroArgument(text.startsWith("[") ? text : text.toUpperCase())}`
    : `.SS ${macroArgument(text.replaceAll("`", ""))}`;
}

/** An item that begins with code and a colon is an entry of its own, any other has a bullet. */
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
  // The last column takes what width there is.
  const columns = header.map((_, at) =>
    `${align[at] === "right" ? "r" : "l"}${at === header.length - 1 ? "x" : ""}`
  );
  return [
    ".PP",
    ".TS",
    "nokeep;", // or groff warns of cells that cross where a page would end
    `${columns.map((column) => `${column}b`).join(" ")}`,
    `${columns.join(" ")}.`,
    ...[header, ...rows].map((row) => row.map(cell).join("\t")),
    ".TE",
  ];
}

function text({ tokens }: { tokens: Token[] }): string[] {
  return lines(inline(tokens));
}

/** Text with its fonts, of which no line is a request. */
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
        throw new Error(`Cannot make text of Markdown's "${token.type}"`);
    }
  }).join("");
}

function lines(text: string): string[] {
  return text.split("\n").map((line) => guard(line.trim())).filter((line) => line !== "");
}

function literal(text: string): string[] {
  return text.split("\n").map((line) => guard(escape(line).replaceAll("-", "\\-")));
}

/** A line that begins with a dot or an apostrophe would be a request. */
function guard(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** What groff would change or take as an escape (groff_char(7)). */
function escape(text: string): string {
  return text.replaceAll("\\", "\\(rs").replaceAll("`", "\\(ga").replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti").replaceAll("'", "\\(aq");
}

function macroArgument(text: string): string {
  return `"${escape(text).replaceAll('"', "\\(dq")}"`;
}

/** As groff names characters: four hexadecimal digits at least. */
function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
