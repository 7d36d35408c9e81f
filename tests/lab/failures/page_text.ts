/** What the web page shows of problems: rendered by the page's own code, as text. */
import { h } from "preact";
import { Problems } from "../../../src/admin/web/problems.js";

type PageProblems = Parameters<typeof Problems>[0]["problems"];

/** A problem as the page shows it. */
export interface Shown {
  /** Its class, which gives the colour. */
  readonly severity: string;
  readonly text: string;
}

interface Element {
  readonly type: unknown;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Returns the items of the page's list of problems. */
export function problemsShown(problems: PageProblems): Shown[] {
  const list = h(Problems, { problems, all: true, here: "" });
  return elementsOf(list, "li").map((item) => ({
    severity: String(item.props.class),
    text: textOf(item),
  }));
}

/** Replaces components by what they render. */
function rendered(node: unknown): unknown {
  if (!isElement(node) || typeof node.type !== "function") return node;
  return rendered(node.type(node.props));
}

function isElement(node: unknown): node is Element {
  return typeof node === "object" && node !== null && "type" in node && "props" in node;
}

function childrenOf(node: unknown): unknown[] {
  return Array.isArray(node) ? node : isElement(node) ? [node.props.children] : [];
}

/** All elements of a type, such as "li". */
function elementsOf(node: unknown, type: string): Element[] {
  const shown = rendered(node);
  if (isElement(shown) && shown.type === type) return [shown];
  return childrenOf(shown).flatMap((child) => elementsOf(child, type));
}

/** The text of an element; paragraphs are separated by a space. */
function textOf(node: unknown): string {
  const shown = rendered(node);
  if (typeof shown === "string" || typeof shown === "number") return String(shown);
  const text = childrenOf(shown).map(textOf).join("");
  return isElement(shown) && shown.type === "p" ? `${text} ` : text;
}
