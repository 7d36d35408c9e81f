const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/**
 * Fetches everything that main.ts and these files import, because a private namespace has no
 * network. Returns false, with Deno's error on stderr, if that fails.
 */
export async function fetchDependencies(files: readonly string[] = []): Promise<boolean> {
  const args = ["cache", "--quiet", MAIN, ...files];
  const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  return success;
}
