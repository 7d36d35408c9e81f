/** The store of sessions cannot be used; the message says which, why and what to do. */
export class StateError extends Error {
  override name = "StateError";
}

/** What SQLite says (sqlite3_errstr), and what it comes from; Deno passes on no result codes. */
const FILE_DAMAGE = /file is not a database|disk image is malformed|no such (table|column)/;
const LOCKED = /database (table )?is locked/;
const ENVIRONMENT = /database or disk is full|disk I\/O error|out of memory/;
/** What the disk itself says while it takes nothing; also SQLite, which calls a quota an I/O error. */
const DISK =
  /database or disk is full|ENOSPC|No space left|EDQUOT|quota exceeded|readonly database|EROFS|Read-only file system|disk I\/O error|EIO\b|Input\/output error/;

const CAUSES: readonly [pattern: RegExp, text: string][] = [
  [/database or disk is full|ENOSPC|No space left/, "the disk is full; make room"],
  [/EDQUOT|quota exceeded/, "the quota of the disk is used up; make room or raise it"],
  [/readonly database|EROFS|Read-only file system/, "the file system is read-only; remount it"],
  [/EACCES|EPERM|ermission denied|not permitted/, "permission denied; check owner and mode"],
  [/ENOTDIR|EEXIST|Not a directory/, 'not a directory; check "state_dir"'],
  [/ENOENT|No such file/, 'no such directory, and it cannot be made; check "state_dir"'],
  [
    /disk I\/O error|EIO|Input\/output error/,
    "the disk reports an error; look at the kernel's log",
  ],
  [/unable to open database file/, "the file cannot be opened; check owner and mode"],
];

/** Whether an error of SQLite means that the file's content is not what it should be. */
export function isDamage(error: unknown): boolean {
  return FILE_DAMAGE.test(textOf(error));
}

/** Whether an error of SQLite means that another process has the file. */
export function isLocked(error: unknown): boolean {
  return LOCKED.test(textOf(error));
}

/** Whether an error of SQLite says nothing about the file's content. */
export function isEnvironment(error: unknown): boolean {
  return LOCKED.test(textOf(error)) || ENVIRONMENT.test(textOf(error));
}

/**
 * Whether the disk takes nothing for now: it is full, over quota, read-only or faulty. That can end
 * while the daemon runs, and says nothing about who may use the store.
 */
export function isDiskTrouble(error: unknown): boolean {
  const cause = error instanceof StateError ? error.cause : error;
  return cause !== undefined && DISK.test(textOf(cause));
}

/** Why an operation on the store failed and what to do: `the disk is full; make room`. */
export function causeOf(error: unknown): string {
  if (error instanceof StateError && error.cause !== undefined) return causeOf(error.cause);
  const text = textOf(error);
  return CAUSES.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${(error as { code?: string }).code ?? ""} ${error.message}`.trim();
}
