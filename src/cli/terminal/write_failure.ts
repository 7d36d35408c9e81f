import { CommandError } from "../exit_codes.ts";

/** Why something cannot be written and what to do, by the system's error code (errno(3)). */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied; run this as root, or choose a place where you may write",
  EDQUOT: "the disk quota is exceeded; make room, or choose another place",
  EEXIST: "it exists and is not overwritten; remove it or choose another name",
  EISDIR: "it is a directory; name a file in it",
  ENOENT: "no such directory; create it first",
  ENOSPC: "the disk is full; make room, or choose another place",
  ENOTDIR: "a part of its path is a file, not a directory; check the path",
  EPERM: "permission denied; run this as root, or choose a place where you may write",
  EROFS: "the file system is read-only; choose another place",
};

/** The failure of a command that cannot write a file, or cannot make a directory. */
export function writeFailure(path: string, error: unknown): CommandError {
  const code = error instanceof Error ? String((error as { code?: unknown }).code) : "";
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new CommandError("failed", `Cannot write "${path}": ${reason}`, { cause: error });
}
