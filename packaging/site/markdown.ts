/** What the site adds to Markdown: anchors, links between pages, tables that scroll, sections. */
import { anchorOf } from "./anchors.ts";

/** The part of a token of markdown-it that is used. */
interface Token {
  type: string;
  tag: string;
  content: string;
  children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** The part of markdown-it that is used. */
export interface Markdown {
  parse(text: string, env: object): Token[];
  enable(rule: string): void;
  core: { ruler: { push(name: string, rule: (state: { tokens: Token[] }) => void): void } };
  renderer: { rules: Record<string, ((...args: never[]) => string) | undefined> };
}

/** A part of a page that a search can find. */
export interface Section {
  /** Path in the site, with the anchor. */
  url: string;
  page: string;
  heading: string;
  text: string;
}

const ROW_ANCHOR = /^<a id="([\w-]+)">$/;

/** Changes how markdown-it renders documents. */
export function extendMarkdown(markdown: Markdown): void {
  markdown.enable("code"); // indented code, which Eleventy disables
  markdown.core.ruler.push("site", ({ tokens }) => {
    addAnchors(tokens);
    demoteEmptyHeaders(tokens);
    // What scrolls must be reachable with the keyboard.
    for (const token of tokens) if (token.type === "code_block") token.attrSet("tabindex", "0");
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href !== null) token.attrSet("href", siteLink(href));
    }
  });
  markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  markdown.renderer.rules.table_close = () => "</table></div>\n";
}

/** A link between documents as one between pages. */
export function siteLink(href: string): string {
  if (/^[a-z]+:/.test(href)) return href;
  return href.replace(/(^|\/)README\.md(?=#|$)/, (found, slash, at: number) => {
    const isRoot = /^(?:\.\.\/)*$/.test(href.slice(0, at) + slash);
    return isRoot ? `${slash}index.html` : found;
  }).replace(/\.md(?=#|$)/, ".html");
}

/** Makes headers of columns without a name ordinary cells, which screen readers skip. */
function demoteEmptyHeaders(tokens: readonly Token[]): void {
  tokens.forEach((token, at) => {
    if (token.type !== "th_open" || tokens[at + 1].content !== "") return;
    token.tag = "td";
    tokens[at + 2].tag = "td";
  });
}

/** Gives each heading its id; a repeated heading gets a number, as on GitHub. */
function addAnchors(tokens: readonly Token[]): void {
  const seen = new Map<string, number>();
  tokens.forEach((token, at) => {
    if (token.type !== "heading_open") return;
    const id = anchorOf(tokens[at + 1].content);
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    token.attrSet("id", count === 0 ? id : `${id}-${count}`);
  });
}

/** Divides a page at its headings, and at the rows of tables that have anchors of their own. */
export function sectionsOf(markdown: Markdown, text: string, url: string, page: string): Section[] {
  const sections: Section[] = [{ url, page, heading: page, text: "" }];
  const begin = (id: string, heading: string, page: string) =>
    sections.push({ url: `${url}#${id}`, page, heading, text: "" });
  let under = page;
  const tokens = markdown.parse(text, {});
  tokens.forEach((token, at) => {
    if (token.type === "heading_open") {
      under = plainText(tokens[at + 1]);
      begin(token.attrGet("id") ?? "", under, page);
    } else if (token.type === "inline" && tokens[at - 1].type !== "heading_open") {
      const [, id] = ROW_ANCHOR.exec(token.children?.[0]?.content ?? "") ?? [];
      if (id !== undefined) begin(id, plainText(token), `${page}: ${under}`);
      else append(sections, plainText(token));
    } else if (token.type === "fence" || token.type === "code_block") {
      append(sections, token.content);
    }
  });
  return sections.filter(({ text }) => text !== "");
}

function append(sections: Section[], text: string): void {
  const last = sections[sections.length - 1];
  last.text += `${last.text === "" ? "" : " "}${text}`;
}

function plainText(token: Token): string {
  if (token.children === null) return token.content;
  return token.children.filter(({ type }) => type !== "html_inline").map((child) =>
    child.type === "softbreak" ? " " : child.content
  ).join("").trim();
}
