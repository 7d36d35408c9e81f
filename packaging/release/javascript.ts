/** The release for hosts that have Deno: the bundle, a script that starts it, and documents. */
import { bundleFiles } from "./bundle_files.ts";
import { pack } from "./pack.ts";

/** Documents that come along, from the project's folder. */
const DOCUMENTS = ["LICENSE", "README.md", "CHANGELOG.md", "config.example.toml"];
const LIBRARY = "lib";

/** The script that starts the bundle with these options of `deno run`. */
export function startScript(options: readonly string[]): string {
  return `#!/bin/sh
# Runs pppoe-proxy with the Deno in $DENO, otherwise in $PATH. Nothing is downloaded.
here=$(dirname "$(readlink -f "$0")")
exec "\${DENO:-deno}" run --quiet --no-config --no-lock --no-remote --no-npm \\
  ${options.join(" \\\n  ")} \\
  "$here/${LIBRARY}/main.js" "$@"
`;
}

/**
 * Writes the archive `output` of the bundle in `bundle`. `root` is the project's folder, `options`
 * those of `deno run`, `notices` the text of the file NOTICE, `time` the files' (seconds since 1970).
 */
export async function packJavaScript(
  output: string,
  { root, bundle, name, options, notices, time }: {
    root: string;
    bundle: string;
    /** Directory in the archive. */
    name: string;
    options: readonly string[];
    notices: string;
    time: number;
  },
): Promise<void> {
  const work = await Deno.makeTempDir();
  try {
    const folder = `${work}/${name}`;
    for (const path of bundleFiles(bundle)) {
      const to = `${folder}/${LIBRARY}/${path}`;
      await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(`${bundle}/${path}`, to);
    }
    for (const path of DOCUMENTS) await Deno.copyFile(`${root}/${path}`, `${folder}/${path}`);
    await Deno.writeTextFile(`${folder}/NOTICE`, notices);
    await Deno.writeTextFile(`${folder}/pppoe-proxy`, startScript(options), { mode: 0o755 });
    await pack(work, name, output, time);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
