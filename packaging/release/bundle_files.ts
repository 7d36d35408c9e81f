/** A comment of the bundler: the file that the code below it comes from. */
const SOURCE = /^\/\/ (\S+)$/gm;

/** Paths of a bundle's files, from its folder. */
export function bundleFiles(bundle: string, below = ""): string[] {
  return [...Deno.readDirSync(`${bundle}/${below}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? bundleFiles(bundle, `${below}${name}/`) : [below + name]
  ).sort();
}

/** The source files that a bundle is made of. */
export function sources(bundle: string): string[] {
  const texts = bundleFiles(bundle).filter((path) => path.endsWith(".js")).map((path) =>
    Deno.readTextFileSync(`${bundle}/${path}`)
  );
  return texts.flatMap((text) => [...text.matchAll(SOURCE)].map(([, path = ""]) => path));
}
