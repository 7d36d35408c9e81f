const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/**
 * Fetches what main.ts and these files import: inside a private namespace the world cannot be
 * reached. False, with Deno's words on stderr, where that fails.
 */
export async function fetchDependencies(files: readonly string[] = []): Promise<boolean> {
  const args = ["cache", "--quiet", MAIN, ...files];
  const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  return success;
}
