/**
 * Replaces a file's text at once, with the same owner and permissions, if it still has the text
 * `before`. Throws an Error if another process changes it too.
 */
export async function replaceFile(path: string, before: string, after: string): Promise<void> {
  const target = await Deno.realPath(path);
  const draft = `${target}.new`;
  const { mode, uid, gid } = await Deno.stat(target);
  try {
    await Deno.writeTextFile(draft, after, { createNew: true, mode: (mode ?? 0o600) & 0o7777 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new Error(
      `Cannot change "${target}": "${draft}" exists; remove it if no other command is changing the file`,
      { cause: error },
    );
  }
  try {
    if (await Deno.readTextFile(target) !== before) {
      throw new Error(`Cannot change "${target}": another program has changed it; try again`);
    }
    await Deno.chmod(draft, (mode ?? 0o600) & 0o7777);
    await keepOwner(draft, uid, gid);
    await Deno.rename(draft, target);
  } catch (error) {
    await Deno.remove(draft);
    throw error;
  }
}

async function keepOwner(path: string, uid: number | null, gid: number | null): Promise<void> {
  const made = await Deno.stat(path);
  if (made.uid !== uid || made.gid !== gid) await Deno.chown(path, uid, gid);
}
