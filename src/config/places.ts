/** Directories that a configuration names, or that its admin socket is in. */
import { dirname } from "node:path";
import { writeFault } from "../../ffi/open_file.ts";
import { ancestorFault, checkDirectory, type Owners, trustedOwners } from "./file_rules.ts";

/**
 * What a disk says that takes nothing for now: it is full, over quota, faulty or read-only. That is
 * a warning: whoever needs the line needs it all the same, and the disk may be mended meanwhile.
 */
const DISK_TROUBLE: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; make room",
  EDQUOT: "the quota of the disk is used up; make room or raise it",
  EIO: "the disk reports an error; look at the kernel's log",
  EROFS: "the file system is read-only; remount it, or name another directory",
};

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

/** Why a disk takes nothing for now in a directory that a configuration names, and what to do; else undefined. */
export function diskTrouble(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const { code } = (exists(path) ? writingFault(path) : makingFault(path)) ?? {};
  const why = code === undefined ? undefined : DISK_TROUBLE[code];
  return why && `Nothing can be written in "${path}": ${why}`;
}

function checkUsable(path: string, what: string, isThere: boolean): void {
  const fault = isThere ? writingFault(path) : makingFault(path);
  if (fault === undefined || fault.code in DISK_TROUBLE) return;
  throw new Error(`Cannot use ${what} "${path}": ${fault.why}`);
}

/** Why nothing can be made in a directory: errno(3), and for whoever reads it. */
interface Fault {
  code: string;
  why: string;
}

function writingFault(path: string): Fault | undefined {
  const code = writeFault(path);
  return code && { code, why: "it cannot be written to; check its owner and mode" };
}

/** Makes a directory and removes what it has made: no question of permissions tells all. */
function makingFault(path: string): Fault | undefined {
  const made: string[] = [];
  for (let at = path; !exists(at); at = dirname(at)) made.push(at);
  let fault: Fault | undefined;
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    fault = {
      code: codeOf(error),
      why: `it is not there and cannot be made: ${reasonOf(error)}`,
    };
  }
  for (const folder of made) removeEmpty(folder);
  return fault;
}

function codeOf(error: unknown): string {
  return error instanceof Error ? String((error as { code?: unknown }).code) : "";
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return "a part of its path is not a directory";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotFound) return "the file system makes no directories there";
  return error instanceof Error ? error.message : String(error);
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
