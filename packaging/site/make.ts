/**
 * `deno task docs [FOLDER]`: writes the documents as HTML to dist/docs, or to a new folder. The
 * pages need no server: they can be read and searched from disk.
 */
import { Eleventy } from "@11ty/eleventy";
import { createRequire } from "node:module";
import { dirname, relative } from "node:path";
import { VERSION } from "../../src/version.ts";
import { headingsOf, linkedFiles, menuOf, readDocuments, ROOT } from "./documents.ts";
import { extendMarkdown, type Markdown, type Section, sectionsOf } from "./markdown.ts";

const HERE = new URL(".", import.meta.url).pathname;

/** The part of Eleventy's configuration that is used. */
interface SiteConfig {
  setUseGitIgnore(use: boolean): void;
  amendLibrary(name: "md", amend: (markdown: Markdown) => void): void;
  addTemplate(path: string, text: string, data: Record<string, unknown>): void;
}

/** Writes the site to a folder, of which earlier pages stay; returns the number of pages. */
export async function makeSite(folder: string): Promise<number> {
  const documents = readDocuments();
  const menu = menuOf(documents);
  const sections: Section[] = [];
  const config = (site: SiteConfig): void => {
    site.setUseGitIgnore(false);
    site.amendLibrary("md", (markdown) => {
      extendMarkdown(markdown);
      sections.splice(0);
      for (const { text, url, title } of documents) {
        sections.push(...sectionsOf(markdown, text, url, title));
      }
    });
    for (const document of documents) {
      const { path, url, title, text } = document;
      site.addTemplate(path, text, {
        ...{ layout: "page.liquid", permalink: url, url, title, menu },
        templateEngineOverride: "md", // braces in documents are no templates
        headings: headingsOf(document),
        isHome: url === "index.html",
        root: "../".repeat(url.split("/").length - 1),
        version: VERSION,
      });
    }
  };
  const site = new Eleventy(fromHere(HERE), fromHere(folder), { quietMode: true, config });
  site.disableLogger();
  await site.write();
  await writeFiles(folder, sections, linkedFiles(documents));
  return documents.length;
}

/** Eleventy takes paths from the working directory. */
function fromHere(path: string): string {
  return relative(Deno.cwd(), path) || ".";
}

/** Writes what the pages load, and the files that they link to. */
async function writeFiles(
  folder: string,
  sections: readonly Section[],
  linked: readonly string[],
): Promise<void> {
  for (const file of linked) {
    await Deno.mkdir(dirname(`${folder}/${file}`), { recursive: true });
    const from = ROOT + file;
    if ((await Deno.stat(from)).isFile) await Deno.copyFile(from, `${folder}/${file}`);
  }
  for (const name of ["site.css", "search.css", "search.js"]) {
    await Deno.copyFile(HERE + name, `${folder}/${name}`);
  }
  const require = createRequire(import.meta.url);
  // Scripts instead of modules and JSON: browsers load only scripts from disk.
  const minisearch = `${dirname(require.resolve("minisearch"))}/../umd/index.js`;
  const library = (await Deno.readTextFile(minisearch)).replace(/\n\/\/# sourceMappingURL=.*/, "");
  await Deno.writeTextFile(`${folder}/minisearch.js`, library);
  await Deno.writeTextFile(
    `${folder}/sections.js`,
    `globalThis.documentSections = ${JSON.stringify(sections)};\n`,
  );
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? `${ROOT}dist/docs`;
  const pages = await makeSite(folder);
  await Deno.stdout.write(
    new TextEncoder().encode(`Wrote ${pages} pages; open ${folder}/index.html in a browser\n`),
  );
}
