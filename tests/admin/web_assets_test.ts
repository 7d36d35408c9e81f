import { assert, assertEquals, assertMatch } from "@std/assert";
import { ASSET_HEADERS, assets } from "../../src/admin/web/assets.ts";

Deno.test("web page: every file that it refers to is served", () => {
  const missing = [...assets].flatMap(([path, { body }]) =>
    path === "/assets/uplot.js" ? [] : [
      ...[...body.matchAll(/(?:src|href)="(assets\/[^"]*)"/g)].map((match) => `/${match[1]}`),
      ...[...body.matchAll(/from "\.\/([^"]+)"/g)].map((match) => `/assets/${match[1]}`),
    ].filter((name) => !assets.has(name)).map((name) => `${path}: ${name}`)
  );
  assertEquals(missing, []);
  // Below another path, behind a proxy, only relative addresses work.
  assertEquals((assets.get("/")?.body ?? "").match(/(?:src|href)="\//g), null);
});

Deno.test("web page: scripts import files only, no package that a browser does not know", () => {
  const scripts = [...assets].filter(([path]) => path.endsWith(".js"));
  const imports = scripts.flatMap(([path, { body }]) =>
    [...body.matchAll(/\b(?:from|import) ?"([^"\s,]+)"/g)].map((match) => [path, match[1]])
  );
  assert(imports.some(([, name]) => name === "./preact.js"));
  assertEquals(imports.filter(([, name]) => !name.startsWith("./")), []);
});

Deno.test("web page: every file next to assets.ts is served unchanged, but for the names of packages", () => {
  const folder = new URL("../../src/admin/web/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    if (name === "assets.ts") continue;
    const path = name === "index.html" ? "/" : `/assets/${name}`;
    const text = Deno.readTextFileSync(new URL(name, folder));
    const served = text.replaceAll('from "preact"', 'from "./preact.js"')
      .replaceAll('from "preact/hooks"', 'from "./hooks.js"');
    assertEquals(assets.get(path)?.body, served, name);
  }
});

Deno.test("web page: the page loads every style sheet, and those that override others last", () => {
  const sheets = [...assets.keys()].filter((path) => path.endsWith(".css"));
  const page = assets.get("/")?.body ?? "";
  const loaded = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map((m) =>
    `/${m[1]}`
  );
  assertEquals(loaded.toSorted(), sheets.toSorted());
  const last = ["narrow", "touch", "print"].map((name) => `/assets/${name}.css`);
  assertEquals(loaded.slice(-3), last);
});

Deno.test("web page: all files together are below 256 KiB and load nothing from other sites", () => {
  const bodies = [...assets.values()].map(({ body }) => body);
  const size = bodies.reduce((sum, body) => sum + new TextEncoder().encode(body).length, 0);
  assert(size < 256 * 1_024, `${size} bytes`);
  const outside = bodies.flatMap((body) =>
    body.match(/https?:\/\/(?!www\.w3\.org\/(?:2000\/svg|199[89]\/))[\w.]+/g) ?? []
  )
    .filter((address) => !address.startsWith("https://github.com"));
  assertEquals(outside, []);
});

Deno.test("web page: no inline scripts or styles, no HTML built from text", () => {
  for (const [path, { body }] of assets) {
    if (/\/(?:uplot|preact)\.js$/.test(path)) continue;
    assert(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(body), path);
    assert(!/<script(?![^>]*\ssrc=)|<style|\sstyle="|\son\w+="/.test(body), path);
  }
  const policy = ASSET_HEADERS["content-security-policy"];
  assertMatch(policy, /default-src 'none'/);
  assert(!/unsafe/.test(policy));
});
