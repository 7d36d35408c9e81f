/** Directories that a configuration names, or that its admin socket is in. */
import { dirname } from "node:path";
import { mayWrite } from "../../ffi/open_file.ts";
import { ancestorFault, checkDirectory, type Owners, trustedOwners } from "./file_rules.ts";

/** Throws an Error where sessions cannot be kept in `state_dir`, or others could change them there. */
export function checkStateDirectory(
  path: string | undefined,
  owners: Owners = trustedOwners(),
): void {
  if (path === undefined) return;
  const what = "the state directory";
  const isThere = checkDirectory(path, { what, rule: "unchangeable", owners });
  checkUsable(path, what, isThere);
}

/**
 * Throws an Error where captures cannot go into a directory: frames are for its owner alone. One that
 * is not there yet is made later.
 */
export function checkCaptureDirectory(
  path: string | undefined,
  owners: Owners = trustedOwners(),
): void {
  if (path === undefined) return;
  const what = "the capture directory";
  const isThere = checkDirectory(path, { what, rule: "private", owners });
  checkUsable(path, what, isThere);
}

/** Throws an Error where others could put a socket of their own in place of the daemon's. */
export function checkSocketPlace(socket: string, owners: Owners = trustedOwners()): void {
  const fault = ancestorFault(socket, owners);
  if (fault !== undefined) throw new Error(`Cannot use the admin socket "${socket}": ${fault}`);
}

function checkUsable(path: string, what: string, isThere: boolean): void {
  const refuse = (why: string): Error => new Error(`Cannot use ${what} "${path}": ${why}`);
  if (!isThere) {
    const why = makingFails(path);
    if (why !== undefined) throw refuse(`it is not there and cannot be made: ${why}`);
  } else if (!mayWrite(path)) {
    throw refuse("it cannot be written to; check its owner and mode, and how it is mounted");
  }
}

/** Makes a directory and removes what it has made: no question of permissions tells all. */
function makingFails(path: string): string | undefined {
  const made: string[] = [];
  for (let at = path; !exists(at); at = dirname(at)) made.push(at);
  let fault: string | undefined;
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    fault = error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists
      ? "a part of its path is not a directory"
      : error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : error instanceof Deno.errors.NotFound
      ? "the file system makes no directories there"
      : error instanceof Error
      ? error.message
      : String(error);
  }
  for (const folder of made) removeEmpty(folder);
  return fault;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

function removeEmpty(folder: string): void {
  try {
    Deno.removeSync(folder);
  } catch {
    // it was not made, or somebody uses it already
  }
}
