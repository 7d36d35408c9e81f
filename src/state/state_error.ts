/** The session store cannot be used; the message says which one, why and what to do. */
export class StateError extends Error {
  override name = "StateError";
}

/** SQLite's messages (sqlite3_errstr) by cause; Deno does not pass on result codes. */
const FILE_DAMAGE = /file is not a database|disk image is malformed|no such (table|column)/;
const LOCKED = /database (table )?is locked/;
const ENVIRONMENT = /database or disk is full|disk I\/O error|out of memory/;
/**
 * Messages of a disk that cannot be written, and SQLite's, which calls an exceeded quota an I/O
 * error.
 */
const DISK =
  /database or disk is full|ENOSPC|No space left|EDQUOT|quota exceeded|readonly database|EROFS|Read-only file system|disk I\/O error|EIO\b|Input\/output error/;

const CAUSES: readonly [pattern: RegExp, text: string][] = [
  [/database or disk is full|ENOSPC|No space left/, "the disk is full; make room"],
  [/EDQUOT|quota exceeded/, "the disk quota is exceeded; make room or raise it"],
  [/readonly database|EROFS|Read-only file system/, "the file system is read-only; remount it"],
  [/EACCES|EPERM|ermission denied|not permitted/, "permission denied; check owner and mode"],
  [/ENOTDIR|EEXIST|Not a directory/, 'not a directory; check "state_dir"'],
  [/ENOENT|No such file/, 'no such directory, and it cannot be created; check "state_dir"'],
  [
    /disk I\/O error|EIO|Input\/output error/,
    "the disk reports an I/O error; see the kernel log",
  ],
  [/unable to open database file/, "the file cannot be opened; check owner and mode"],
];

/** Whether an SQLite error means that the file's content is damaged. */
export function isDamage(error: unknown): boolean {
  return FILE_DAMAGE.test(textOf(error));
}

/** Whether an SQLite error means that another process has locked the file. */
export function isLocked(error: unknown): boolean {
  return LOCKED.test(textOf(error));
}

/** Whether an SQLite error says nothing about the file's content. */
export function isEnvironment(error: unknown): boolean {
  return LOCKED.test(textOf(error)) || ENVIRONMENT.test(textOf(error));
}

/**
 * Whether the disk cannot be written for now: it is full, over quota, read-only or faulty. That may
 * change while the daemon runs, and says nothing about who may use the store.
 */
export function isDiskTrouble(error: unknown): boolean {
  const cause = error instanceof StateError ? error.cause : error;
  return cause !== undefined && DISK.test(textOf(cause));
}

/**
 * Returns why an operation on the store failed and what to do: `the disk is full; make room`.
 */
export function causeOf(error: unknown): string {
  if (error instanceof StateError && error.cause !== undefined) return causeOf(error.cause);
  const text = textOf(error);
  return CAUSES.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${(error as { code?: string }).code ?? ""} ${error.message}`.trim();
}
