/** The documents of the site, and the files that they link to. */
import { anchorOf } from "./anchors.ts";

/** Project's directory, with a slash at its end. */
export const ROOT = new URL("../..", import.meta.url).pathname;

/** A document of the repository. */
export interface Document {
  /** Path from the project's directory. */
  path: string;
  /** Path in the site. */
  url: string;
  title: string;
  text: string;
}

/** Pages of a group in the menu. */
export interface MenuGroup {
  title: string;
  pages: readonly Pick<Document, "title" | "url">[];
}

/** The index of the recipes, which has their order. */
const RECIPES = "docs/recipes/README.md";

/** Definitions of links to pages of GitHub, which only the repository's own pages can have. */
const ELSEWHERE = /^\[[^\]]+\]: \.\.\/\.\.\/.*\n/gm;

/** Documents by group in the order of the menu. Further ones follow in the last group. */
const GROUPS: readonly [title: string, paths: readonly string[]][] = [
  ["Start", ["README.md"]],
  ["Recipes", [RECIPES, "docs/recipes/"]],
  [
    "Use",
    ["operations", "messages", "reliability", "performance", "shards", "state"].map(docs),
  ],
  ["Inside", [
    ...["architecture", "protocol", "threat-model", "performance-notes", "dependencies"].map(docs),
    "CHANGELOG.md",
  ]],
];

function docs(name: string): string {
  return `docs/${name}.md`;
}

/** The path in the site of a document. */
export function urlOf(path: string): string {
  return path === "README.md" ? "index.html" : path.replace(/\.md$/, ".html");
}

/** Reads all documents. */
export function readDocuments(): Document[] {
  const paths = ["README.md", "CHANGELOG.md", ...markdownIn("docs")];
  return paths.map((path) => {
    const text = Deno.readTextFileSync(ROOT + path).replace(ELSEWHERE, "");
    const title = /^# (.*)$/m.exec(text)?.[1] ?? path;
    return { path, url: urlOf(path), title, text };
  });
}

function markdownIn(folder: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? markdownIn(path) : name.endsWith(".md") ? [path] : [];
  }).sort();
}

/** Sorts documents into the groups of the menu. */
export function menuOf(documents: readonly Document[]): MenuGroup[] {
  const left = new Map(documents.map((document) => [document.path, document]));
  const groups = GROUPS.map(([title, paths]) => ({
    title,
    pages: paths.flatMap((wanted) => {
      const found = wanted.endsWith("/") ? inOrder(wanted, [...left.keys()]) : [wanted];
      return found.flatMap((path) => {
        const document = left.get(path);
        left.delete(path);
        return document === undefined ? [] : [{ title: document.title, url: document.url }];
      });
    }),
  }));
  groups[groups.length - 1].pages.push(...left.values());
  return groups;
}

/** The documents of a folder in the order in which its index links to them. */
function inOrder(folder: string, paths: readonly string[]): string[] {
  const index = Deno.readTextFileSync(`${ROOT}${folder}README.md`);
  const place = (path: string): number => index.indexOf(`(${path.slice(folder.length)})`);
  return paths.filter((path) => path.startsWith(folder)).sort((a, b) => place(a) - place(b));
}

/** Files of the repository, other than documents, that documents link to or show. */
export function linkedFiles(documents: readonly Document[]): string[] {
  const files = documents.flatMap(({ path, text }) => {
    const links = text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g);
    return [...links].flatMap(([, link, source]) => {
      const url = new URL(link ?? source, `file://${ROOT}${path}`);
      const isOurs = url.protocol === "file:" && url.pathname.startsWith(ROOT);
      const file = url.pathname.slice(ROOT.length);
      return isOurs && !file.endsWith(".md") && file !== "" ? [file] : [];
    });
  });
  return [...new Set(files)].sort();
}

/** The second-level headings of a document, for the menu. */
export function headingsOf({ text }: Document): { id: string; text: string }[] {
  const prose = text.replace(/^```[^]*?^```/gm, "");
  return [...prose.matchAll(/^## (.*)$/gm)].map(([, heading]) => ({
    id: anchorOf(heading),
    text: heading.replace(/[`*[\]]/g, "").replace(/\(http[^)]*\)/, ""),
  }));
}
