/** Checks of the directories for state, captures and admin sockets. */
import { dirname } from "node:path";
import { writeFault } from "../../../ffi/file/open_file.ts";
import type { FindingCode } from "../../messages/findings.ts";
import {
  ancestorFault,
  checkDirectory,
  type Owners,
  refusal,
  trustedOwners,
} from "./file_rules.ts";

/**
 * Temporary disk errors: full, over quota, faulty or read-only. They are only a warning, because
 * the daemon works without the disk, and the disk may recover while it runs.
 */
const DISK_TROUBLE: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ENOSPC: ["the disk is full", "free some space"],
  EDQUOT: ["the disk quota is exceeded", "free some space or raise the quota"],
  EIO: ["the disk reports an I/O error", "see the kernel log"],
  EROFS: ["the file system is read-only", "remount it, or name another directory"],
};

/**
 * Throws an Error if sessions cannot be stored in `state_dir`, or others could change them there.
 */
export function checkStateDirectory(
  path: string | undefined,
  owners: Owners = trustedOwners(),
): void {
  if (path === undefined) return;
  const what = "the state directory";
  const code = "state-dir-unusable";
  const isThere = checkDirectory(path, { code, what, rule: "unchangeable", owners });
  checkUsable(path, code, what, isThere);
}

/**
 * Throws an Error if captures cannot be written to a directory or others can access it. A missing
 * directory is created later.
 */
export function checkCaptureDirectory(
  path: string | undefined,
  owners: Owners = trustedOwners(),
): void {
  if (path === undefined) return;
  const what = "the capture directory";
  const code = "capture-dir-unusable";
  const isThere = checkDirectory(path, { code, what, rule: "private", owners });
  checkUsable(path, code, what, isThere);
}

/** Throws an Error if others could replace the daemon's socket. */
export function checkSocketPlace(socket: string, owners: Owners = trustedOwners()): void {
  const fault = ancestorFault(socket, owners);
  if (fault === undefined) return;
  const code = "admin-socket-unusable";
  throw refusal(`Cannot use the admin socket "${socket}"`, { code, ...fault });
}

/** A temporary disk error that prevents writing to a directory; undefined if there is none. */
export function diskTrouble(
  path: string | undefined,
): { words: string; remedy: string } | undefined {
  if (path === undefined) return undefined;
  const { name } = (exists(path) ? writingFault(path) : makingFault(path)) ?? {};
  const [why, remedy] = (name === undefined ? undefined : DISK_TROUBLE[name]) ?? [];
  if (why === undefined || remedy === undefined) return undefined;
  return { words: `Cannot write to "${path}": ${why}; the daemon runs without it`, remedy };
}

function checkUsable(path: string, code: FindingCode, what: string, isThere: boolean): void {
  const fault = isThere ? writingFault(path) : makingFault(path);
  if (fault === undefined || fault.name in DISK_TROUBLE) return;
  const { why, remedy } = fault;
  throw refusal(`Cannot use ${what} "${path}"`, { code, why, remedy });
}

/** Why a directory is not usable. */
interface Fault {
  /** Name of the error, such as ENOSPC (errno(3)). */
  name: string;
  why: string;
  remedy: string;
}

function writingFault(path: string): Fault | undefined {
  const name = writeFault(path);
  return name && { name, why: "it is not writable", remedy: "check its owner and mode" };
}

/** Creates a directory and removes it again: checking permissions alone would not be reliable. */
function makingFault(path: string): Fault | undefined {
  const made: string[] = [];
  for (let at = path; !exists(at); at = dirname(at)) made.push(at);
  let fault: Fault | undefined;
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    fault = {
      name: codeOf(error),
      why: `it does not exist and cannot be created: ${reasonOf(error)}`,
      remedy: "make it, and give it to the daemon's user",
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
    return "a component of its path is not a directory";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotFound) {
    return "the file system does not allow directories there";
  }
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
    // It was not created, or is already in use.
  }
}
