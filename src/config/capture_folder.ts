const OTHERS = 0o077;

/**
 * Throws an Error where captures cannot go into a folder: frames are for its owner alone. One that is
 * not there yet is in order, and so is none.
 */
export async function checkCaptureFolder(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const refuse = (why: string): Error => new Error(`Cannot put captures into "${path}": ${why}`);
  let facts: Deno.FileInfo;
  try {
    facts = await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (!facts.isDirectory) throw refuse("it is no folder");
  if (facts.mode === null || (facts.mode & OTHERS) === 0) return;
  const octal = (facts.mode & 0o777).toString(8).padStart(4, "0");
  throw refuse(`others can use it (mode ${octal}); run \`chmod 700 "${path}"\``);
}
