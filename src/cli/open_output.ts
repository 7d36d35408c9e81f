/** Names of descriptors that are open already, such as /dev/stdout. */
const DESCRIPTOR = /^\/(?:dev\/(?:stdin|stdout|stderr|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/**
 * Opens a file to write to. A file on disk must not exist yet and gets `mode`, such as 0o600. A pipe, a device
 * or an open descriptor such as /dev/stdout is written to as it is; a descriptor's file is appended to.
 *
 * @throws Deno.errors.AlreadyExists for a file or folder that exists, and what Deno.open throws.
 */
export async function openOutput(path: string, mode: number): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true, mode });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (!DESCRIPTOR.test(path) && !await isStream(path)) throw error;
    return await Deno.open(path, { append: true });
  }
}

async function isStream(path: string): Promise<boolean> {
  const { isFile, isDirectory } = await Deno.stat(path);
  return !isFile && !isDirectory;
}
