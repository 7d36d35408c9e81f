import { configPage } from "./config_page.ts";
import { programPage } from "./program_page.ts";
import { type ManualPage, roff } from "./roff.ts";

const ROOT = new URL("../../", import.meta.url);

/** Test names in parentheses at the end of a paragraph. */
const PROOFS = /\s*\(`tests\/[^)]*\)/g;

/** Builds all manual pages: text by file name. */
export async function manualPages(): Promise<Map<string, string>> {
  const read = (path: string): Promise<string> => Deno.readTextFile(new URL(path, ROOT));
  const { version } = JSON.parse(await read("deno.json"));
  const pages = [
    programPage(),
    configPage(await read("config.example.toml")),
    protocolPage(await read("docs/protocol.md")),
  ];
  return new Map(pages.map((page) => [`${page.name}.${page.section}`, roff(page, version)]));
}

/** Builds pppoe-proxy-protocol(7): docs/protocol.md with the headings of a manual page. */
function protocolPage(description: string): ManualPage {
  const [, title, text] = /^# (.*)\n([^]*)$/.exec(description) ?? [];
  return {
    name: "pppoe-proxy-protocol",
    section: 7,
    manual: "Miscellaneous",
    markdown: [
      "## Name\n",
      `pppoe-proxy-protocol - ${title?.replace(/^The /, "the ")}`,
      "\n## Description\n",
      text?.replace(PROOFS, ""),
      "\n## See also\n",
      "pppoe-proxy(8), pppoe-proxy.toml(5)\n",
    ].join("\n"),
  };
}
