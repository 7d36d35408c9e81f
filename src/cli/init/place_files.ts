import { dirname } from "node:path";
import { daemonAccount } from "../../config/files/account.ts";
import { writeNewFiles } from "../keygen/new_file.ts";
import { writeFailure } from "../terminal/write_failure.ts";
import type { PlannedFile } from "./plan.ts";

/** Permissions of the directory of configurations: only the daemon's group may look in. */
const FOLDER_MODE = 0o750;

/**
 * Writes all files or, if one exists or cannot be written, none. Run by root, those for the
 * daemon alone belong to its account if there is one, and a directory that is made to its group.
 * Returns what else to do, or "".
 */
export async function placeFiles(files: readonly PlannedFile[]): Promise<string> {
  const account = Deno.uid() === 0 ? daemonAccount() : undefined;
  const folders = [...new Set(files.map(({ path }) => dirname(path)))];
  for (const folder of folders) await makeFolder(folder, account?.gid);
  await writeNewFiles(files);
  if (account === undefined) return "";
  for (const { path, isForDaemon } of files) {
    if (isForDaemon) await Deno.chown(path, account.uid, account.gid);
  }
  const closed = folders.filter((folder) => !canEnter(Deno.statSync(folder), account));
  return closed.map((folder) =>
    `The daemon's user cannot look into "${folder}": run \`chgrp pppoe-proxy "${folder}"\` and \`chmod g+rx "${folder}"\`.`
  ).join("\n");
}

/** Whether an account may open files in a directory whose names it knows. */
function canEnter({ uid, gid, mode }: Deno.FileInfo, account: { uid: number; gid: number }) {
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode ?? 0) >> shift & 1) === 1;
}

async function makeFolder(folder: string, group: number | undefined): Promise<void> {
  const isThere = await Deno.stat(folder).then(() => true, () => false);
  if (isThere) return;
  try {
    await Deno.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    throw writeFailure(folder, error);
  }
  if (group !== undefined) await Deno.chown(folder, 0, group);
}
