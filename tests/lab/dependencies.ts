const ROOT = new URL("../..", import.meta.url).pathname;

/**
 * Fetches everything that main.ts and these files import, because a private namespace has no
 * network. Returns false, with Deno's error on stderr, if that fails.
 */
export async function fetchDependencies(files: readonly string[] = []): Promise<boolean> {
  return await fetchProgram(ROOT, files);
}

/** Does the same for the program's sources in a folder, by the `deno.json` there. */
export async function fetchProgram(
  folder: string,
  files: readonly string[] = [],
): Promise<boolean> {
  const args = ["cache", "--quiet", "main.ts", ...files];
  const deno = new Deno.Command(Deno.execPath(), { args, cwd: folder });
  const { success } = await deno.spawn().status;
  return success;
}
