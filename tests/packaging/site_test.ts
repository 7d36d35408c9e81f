import { assert, assertEquals } from "@std/assert";
import axe from "axe-core/axe.min.js" with { type: "text" };
import { messageAnchor } from "../../src/messages/messages_page.ts";
import { CATALOGUE } from "../../src/messages/catalogue.ts";
import { makeSite } from "../../packaging/site/make.ts";
import { siteLink } from "../../packaging/site/markdown.ts";
import { openBrowser, openPage } from "../admin/chromium.ts";
import { needing } from "../needs.ts";

/** Makes the site in a folder that is removed afterwards. */
async function withSite(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "pppoe-site-" });
  try {
    await makeSite(folder);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function* filesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

/** The ids of a page, to which links lead. */
function idsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
}

Deno.test("every link and image of the site leads to a file in it and to an id on that page", () =>
  withSite((folder) => {
    const files = new Set(filesIn(folder));
    const pages = new Map(
      [...files].filter((path) => path.endsWith(".html"))
        .map((path) => [path, Deno.readTextFileSync(path)]),
    );
    assert(pages.size >= 25, `${pages.size} pages`);
    let links = 0;
    const wrong = [...pages].flatMap(([page, html]) =>
      [...html.matchAll(/ (?:href|src|srcset)="([^"]*)"/g)].filter(([, link]) => {
        const { protocol, pathname, hash } = new URL(link, `file://${page}`);
        if (protocol !== "file:") return !/^https?:$/.test(protocol);
        links++;
        const id = decodeURIComponent(hash.slice(1));
        const path = decodeURIComponent(pathname);
        return !files.has(path) || id !== "" && !idsOf(pages.get(path) ?? "").has(id);
      }).map(([, link]) => `${page.slice(folder.length)}: ${link}`)
    );
    assertEquals(wrong, []);
    assert(links > 500, `${links} links`);
    for (const [page, html] of pages) {
      assert(!/<p>(?:mode = |#!\/bin|pppoe-proxy keygen)/.test(html), `${page}: code as prose`);
    }
    const loaded = [...pages.values()].flatMap((html) => [
      ...html.matchAll(/<(?:script|link|img|source)[^>]* (?:src|href|srcset)="(\w+:[^"]*)"/g),
    ]);
    assertEquals(loaded.map(([, address]) => address), [], "pages load nothing from other hosts");
    return Promise.resolve();
  }));

Deno.test("each word of the messages has an anchor of its own, on the page and in the Markdown", () =>
  withSite(async (folder) => {
    const anchors = CATALOGUE.flatMap(({ kind, words }) =>
      Object.keys(words).map((word) => messageAnchor(kind, word))
    );
    assertEquals(new Set(anchors).size, anchors.length);
    assert(anchors.includes("drop-reason-padi-rate"));
    const ids = idsOf(await Deno.readTextFile(`${folder}/docs/messages.html`));
    assertEquals(anchors.filter((anchor) => !ids.has(anchor)), []);
  }));

Deno.test("links between documents become links between pages", () => {
  const links = [
    ["docs/operations.md#metrics", "docs/operations.html#metrics"],
    ["../../README.md#set-it-up", "../../index.html#set-it-up"],
    ["README.md", "index.html"],
    ["docs/recipes/README.md", "docs/recipes/README.html"],
    ["https://example.org/a.md", "https://example.org/a.md"],
    ["#metrics", "#metrics"],
    ["../packaging/grafana/pppoe-proxy.json", "../packaging/grafana/pppoe-proxy.json"],
  ];
  for (const [link, expected] of links) assertEquals(siteLink(link), expected);
});

Deno.test(needing(["chromium"], {
  name: "the site is read and searched from disk, also on a phone and in the dark",
  fn: () =>
    withSite(async (folder) => {
      await using browser = await openBrowser();
      const open = (page: string, options = {}) =>
        openPage(browser, `file://${folder}/${page}`, undefined, options);
      const { page, faults } = await open("index.html");
      for (
        const [asked, url] of [
          ["padi-rate", "docs/messages.html#drop-reason-padi-rate"],
          ["tunnel up", "docs/messages.html#log-message-tunnel-up"],
          ["resume_grac", "docs/reliability.html"],
          ["macvlan", "docs/recipes/ntt.html"],
        ]
      ) {
        await page.fill("#search", asked);
        const found = await page.locator("#found a").evaluateAll((links) =>
          links.map((link) => link.getAttribute("href") ?? "")
        );
        assert(found.some((href) => href.startsWith(url)), `${asked}: ${found}`);
      }
      await page.fill("#search", "drop reason padi-rate");
      await page.keyboard.press("Enter");
      await page.waitForURL(/messages\.html#/);
      await page.keyboard.press("/");
      assertEquals(await page.evaluate("document.activeElement.id"), "search");
      await page.fill("#search", "<b>nothing of the kind</b>");
      assertEquals(await page.locator("#found b").count(), 0);
      assertEquals(faults, []);

      const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" };
      for (const name of ["index", "docs/messages", "docs/performance", "docs/recipes/ntt"]) {
        const small = await open(`${name}.html`, phone);
        const width = await small.page.evaluate("document.documentElement.scrollWidth");
        assertEquals(width, 390, name);
        assertEquals(small.faults, []);
        const ground = await small.page.evaluate("getComputedStyle(document.body).backgroundColor");
        assertEquals(ground, "rgb(20, 23, 26)");
        if (name === "docs/messages") continue; // its table takes axe ten seconds
        await small.page.evaluate(axe);
        const { violations } = await small.page.evaluate("axe.run(document)") as {
          violations: { id: string; nodes: { html: string }[] }[];
        };
        assertEquals(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], name);
      }
    }),
}));
