/**
 * `deno run -A packaging/without_links.ts FOLDER`: copies the repository without the stand-ins in
 * `links/` to a new folder, where Deno takes the @std packages from jsr.io. The lock file there is
 * brought up to date by the first command, and may change until then.
 */
const ROOT = new URL("..", import.meta.url);
const LEFT_OUT = [".git", "dist", "links", "node_modules"];

/** Copies the repository; throws AlreadyExists if the folder exists. */
async function copyWithoutLinks(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(ROOT)) {
    if (!LEFT_OUT.includes(name)) await copy(new URL(name, ROOT).pathname, `${folder}/${name}`);
  }
  const { links: _, lock: _frozen, ...manifest } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  await Deno.writeTextFile(`${folder}/deno.json`, `${JSON.stringify(manifest, null, 2)}\n`);
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.lstat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Usage: deno run -A packaging/without_links.ts FOLDER");
  await copyWithoutLinks(folder);
}
