import { writeFailure } from "./write_failure.ts";

/** Paths of descriptors that are already open, such as /dev/stdout. */
const DESCRIPTOR = /^\/(?:dev\/(?:stdin|stdout|stderr|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/**
 * Opens a path for writing. A file on disk must not exist yet and gets permissions `mode`, such as
 * 0o600. Pipes, devices and open descriptors such as /dev/stdout are opened as they are, in append
 * mode.
 *
 * @throws CommandError that says why the path cannot be written.
 */
export async function openOutput(path: string, mode: number): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true, mode });
  } catch (error) {
    const mayBeStream = error instanceof Deno.errors.AlreadyExists;
    if (!mayBeStream || !DESCRIPTOR.test(path) && !await isStream(path)) {
      throw writeFailure(path, error);
    }
    return await Deno.open(path, { append: true });
  }
}

async function isStream(path: string): Promise<boolean> {
  const { isFile, isDirectory } = await Deno.stat(path);
  return !isFile && !isDirectory;
}
