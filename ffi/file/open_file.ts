/**
 * Files by descriptor: the file that is checked is the file that is read, even if its path changes.
 */
import { errno, libc } from "../libc.ts";
import { statx, STATX_SIZE } from "./statx.ts";

const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;
/** Check access for the effective user, not the real one (faccessat(2)). */
const AT_EACCESS = 0x200;
const W_OK = 2;
const X_OK = 1;
/** Type, mode, owner and group (statx(2)). */
const STATX_WANTED = 0x1b;
/** Offsets in struct statx. */
const UID_AT = 20;
const GID_AT = 24;
const MODE_AT = 28;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

const ACL_NAME = new TextEncoder().encode("system.posix_acl_access\0");
/** Room for 2,047 entries of an access control list. */
const MAX_ACL = 16_384;
const EINTR = 4;
const EROFS = 30;
const ENODATA = 61;
const EOPNOTSUPP = 95;

/** Reasons why a file cannot be opened (errno(3)). */
export const ENOENT = 2;
export const EACCES = 13;
export const ENOTDIR = 20;
export const ELOOP = 40;

/** A file that cannot be opened or read; `errno` says why. */
export class FileError extends Error {
  override name = "FileError";
  readonly errno: number;

  constructor(call: string, path: string, number: number) {
    super(`${call} of "${path}" failed with errno ${number}`);
    this.errno = number;
  }
}

/** Type, owner and permissions of an open file. */
export interface FileFacts {
  kind: "file" | "directory" | "other";
  uid: number;
  gid: number;
  /** Permission bits, 12 bits. */
  mode: number;
  /** The access control list in the kernel's format (`system.posix_acl_access`), if it has one. */
  acl: Uint8Array | undefined;
}

/** The user as whom this process opens files. */
export function effectiveUser(): number {
  return libc().geteuid();
}

/**
 * Why this process cannot create files in a directory; undefined if it can. Any reason but a
 * read-only file system is reported as EACCES.
 */
export function writeFault(directory: string): "EROFS" | "EACCES" | undefined {
  const name = new TextEncoder().encode(`${directory}\0`);
  if (libc().faccessat(AT_FDCWD, name, W_OK | X_OK, AT_EACCESS) === 0) return undefined;
  return errno() === EROFS ? "EROFS" : "EACCES";
}

/** A file or directory, open for reading. */
export class OpenFile implements Disposable {
  readonly path: string;
  readonly facts: FileFacts;
  #fd: number;

  /**
   * Opens a path. Does not block on a pipe, and does not make a terminal the controlling one.
   * Throws FileError.
   */
  constructor(path: string) {
    this.path = path;
    const name = new TextEncoder().encode(`${path}\0`);
    this.#fd = libc().open(name, O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0);
    if (this.#fd < 0) throw new FileError("open", path, errno());
    try {
      this.facts = this.#readFacts();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Returns the whole content; undefined if it is longer than `limit` bytes. Throws FileError. */
  read(limit: number): Uint8Array | undefined {
    const bytes = new Uint8Array(limit + 1);
    let length = 0;
    while (length < bytes.length) {
      const rest = bytes.subarray(length);
      const count = libc().read(this.#fd, rest, rest.length);
      if (count === 0) break;
      if (count > 0) length += count;
      else if (errno() !== EINTR) throw new FileError("read", this.path, errno());
    }
    return length > limit ? undefined : bytes.subarray(0, length);
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) libc().close(this.#fd);
    this.#fd = -1;
  }

  #readFacts(): FileFacts {
    const buffer = new Uint8Array(STATX_SIZE);
    if (statx(this.#fd, STATX_WANTED, buffer) !== 0) {
      throw new FileError("statx", this.path, errno());
    }
    const view = new DataView(buffer.buffer);
    const mode = view.getUint16(MODE_AT, true);
    const type = mode & S_IFMT;
    return {
      kind: type === S_IFREG ? "file" : type === S_IFDIR ? "directory" : "other",
      uid: view.getUint32(UID_AT, true),
      gid: view.getUint32(GID_AT, true),
      mode: mode & 0o7777,
      acl: this.#readAcl(),
    };
  }

  #readAcl(): Uint8Array | undefined {
    const buffer = new Uint8Array(MAX_ACL);
    const length = libc().fgetxattr(this.#fd, ACL_NAME, buffer, buffer.length);
    if (length >= 0) return buffer.subarray(0, length);
    const number = errno();
    if (number === ENODATA || number === EOPNOTSUPP) return undefined;
    throw new FileError("fgetxattr", this.path, number);
  }
}
