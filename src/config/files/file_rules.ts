/**
 * Permission rules for files that a configuration names. `check`, `doctor`, `run` and `reload` all
 * use them, so that they agree.
 */
import type { FindingCode } from "../../messages/findings.ts";
import { Refusal } from "../finding.ts";
import {
  EACCES,
  effectiveUser,
  ELOOP,
  ENOENT,
  ENOTDIR,
  FileError,
  type FileFacts,
  OpenFile,
} from "../../../ffi/file/open_file.ts";
import { daemonAccount } from "./account.ts";
import { type Grant, grantsOf, READ, WRITE } from "./file_grants.ts";
import { walkPath } from "./path_walk.ts";

const ROOT = 0;
/** User id that a user namespace shows for unmapped users (user_namespaces(7)). */
const UNKNOWN_USER = 65_534;
/** Sticky bit: only owners may remove or rename entries of a directory (inode(7)). */
const STICKY = 0o1000;

/** Why a file cannot be used, and what to do. */
export interface Fault {
  code: FindingCode;
  why: string;
  remedy: string;
}

/** Returns the error for a file that cannot be used: `subject: why; remedy`. */
export function refusal(subject: string, { code, why, remedy }: Fault): Refusal {
  return new Refusal(code, `${subject}: ${why}`, remedy);
}

/** Ids of users that may own files that a configuration names. */
export type Owners = ReadonlySet<number>;

/** "private": others may neither read nor write. "unchangeable": others may not write. */
export type Rule = "private" | "unchangeable";

/**
 * Returns the trusted owners: root, the user of this process, and the owner of the configuration
 * file, who chooses the files in any case. If root runs this, the daemon's account is trusted too,
 * so that `check` run by root and `run` under the daemon's account agree.
 */
export function trustedOwners(configFile?: string): Owners {
  const user = effectiveUser();
  const owners = new Set([ROOT, user]);
  const account = user === ROOT ? daemonAccount()?.uid : undefined;
  if (account !== undefined) owners.add(account);
  if (configFile === undefined) return owners;
  try {
    const { uid } = Deno.statSync(configFile);
    if (uid !== null) owners.add(uid);
  } catch {
    // The file was removed after it was read.
  }
  return owners;
}

/** Options of `readGuarded`. */
export interface GuardedRead {
  /** Code of the error if the file cannot be read. */
  code: FindingCode;
  /** Name of the file in messages: `the secret`. */
  what: string;
  rule: Rule;
  owners: Owners;
  /** Maximum size, in bytes. */
  limit: number;
  /** What to do if the file does not exist. */
  hint?: string;
}

/** Reads a whole file; undefined if it exceeds the limit. Throws an Error that says what to do. */
export function readGuarded(
  path: string,
  { code, what, rule, owners, limit, hint }: GuardedRead,
): Uint8Array | undefined {
  const refuse = (fault: Fault): Error => refusal(`Cannot use ${what} "${path}"`, fault);
  try {
    using file = new OpenFile(path);
    if (file.facts.kind !== "file") {
      throw refuse({ code, why: "it is not a regular file", remedy: "name the right file" });
    }
    const fault = faultOf(path, file.facts, rule, owners);
    if (fault !== undefined) throw refuse(fault);
    return file.read(limit);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const cause = causeOf(error, "file");
    const isMissing = error.errno === ENOENT && hint !== undefined;
    throw refuse({ code, ...cause, ...(isMissing && { remedy: hint }) });
  }
}

/** Throws an Error for a world-writable file; its owner and group are trusted. */
export function checkNotPublic(path: string, what: string): void {
  try {
    using file = new OpenFile(path);
    const isPublic = grantsOf(file.facts).some(({ who, bits }) =>
      who === "others" && (bits & WRITE) !== 0
    );
    if (file.facts.kind !== "file" || !isPublic) return;
  } catch (error) {
    if (error instanceof FileError) return; // the caller has already read the file
    throw error;
  }
  throw new Refusal(
    "config-public",
    `Cannot use ${what} "${path}": it is world-writable`,
    `run \`chmod o-w "${path}"\``,
  );
}

/**
 * Checks a directory. Throws an Error if it is not a directory, breaks the rule, or could be
 * replaced by others. Returns whether it exists; a missing directory is valid.
 */
export function checkDirectory(
  path: string,
  { code, what, rule, owners }: Pick<GuardedRead, "code" | "what" | "rule" | "owners">,
): boolean {
  const refuse = (fault: Omit<Fault, "code">): Error =>
    refusal(`Cannot use ${what} "${path}"`, { ...fault, code });
  try {
    using folder = new OpenFile(path);
    if (folder.facts.kind !== "directory") {
      throw refuse({ why: "it is not a directory", remedy: "name a directory" });
    }
    const fault = faultOf(path, folder.facts, rule, owners) ?? ancestorFault(path, owners);
    if (fault !== undefined) throw refuse(fault);
    return true;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.errno !== ENOENT) throw refuse(causeOf(error, "directory"));
    const fault = ancestorFault(path, owners);
    if (fault !== undefined) throw refuse(fault);
    return false;
  }
}

/** Why a file breaks a rule and what to do, or undefined. */
function faultOf(
  path: string,
  facts: FileFacts,
  rule: Rule,
  owners: Owners,
): Fault | undefined {
  if (!owners.has(facts.uid)) {
    return {
      code: "file-not-private",
      why: `it is owned by another user (uid ${facts.uid}), who can change it`,
      remedy: `give it to root or to the user that runs pppoe-proxy: \`chown USER "${path}"\``,
    };
  }
  const forbidden = rule === "private" ? READ | WRITE : WRITE;
  const grant = grantsOf(facts).find((it) => (it.bits & forbidden) !== 0 && !isFine(it, owners));
  if (grant === undefined) return undefined;
  return facts.acl === undefined ? modeFault(path, facts, rule) : aclFault(path, grant, rule);
}

/**
 * Whether a grant is acceptable. An access control list may let one user read: systemd does this
 * for credentials of a service that does not run as root. Root cannot know the user of the service,
 * so for root any user is acceptable.
 */
function isFine({ user, bits }: Grant, owners: Owners): boolean {
  if (user === undefined) return false;
  return owners.has(user) || (effectiveUser() === ROOT && (bits & WRITE) === 0);
}

function modeFault(path: string, { kind, mode }: FileFacts, rule: Rule): Fault {
  const octal = (mode & 0o7777).toString(8).padStart(4, "0");
  const verb = rule === "private" ? "read or write" : "write";
  const wanted = rule === "unchangeable" ? "go-w" : kind === "directory" ? "700" : "600";
  return {
    code: "file-not-private",
    why: `others can ${verb} it (mode ${octal})`,
    remedy: `run \`chmod ${wanted} "${path}"\``,
  };
}

function aclFault(path: string, { who, bits }: Grant, rule: Rule): Fault {
  const verb = (bits & WRITE) !== 0 ? "write" : rule === "private" ? "read" : "write";
  return {
    code: "file-not-private",
    why: `its access control list lets ${who} ${verb} it`,
    remedy: `run \`setfacl --remove-all "${path}"\` and \`chmod go-rwx "${path}"\``,
  };
}

/**
 * Why others could replace a path, through write access to a directory on its way or as the owner
 * of a symbolic link in a sticky one; else undefined.
 */
export function ancestorFault(path: string, owners: Owners): Omit<Fault, "code"> | undefined {
  const { directories, links } = walkPath(path);
  for (const at of directories.toReversed()) {
    try {
      using folder = new OpenFile(at);
      const who = replacerIn(folder.facts, owners);
      if (who !== undefined) {
        return {
          why: `${who} can replace it through write access to "${at}"`,
          remedy: `run \`chmod go-w "${at}"\`, check its owner, or choose another path`,
        };
      }
      if ((folder.facts.mode & STICKY) === 0) continue;
      const link = links.find((it) => it.directory === at && isStrangers(it.uid, owners));
      if (link !== undefined) {
        return {
          why: `uid ${link.uid} owns the symbolic link "${link.path}" on its way`,
          remedy: "remove the link, or choose another path",
        };
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.errno !== ENOENT && error.errno !== EACCES) return causeOf(error, "directory");
    }
  }
  return undefined;
}

/** Whether a user is neither trusted nor the one that stands for all unmapped ones. */
function isStrangers(uid: number | undefined, owners: Owners): boolean {
  return uid !== undefined && uid !== UNKNOWN_USER && !owners.has(uid);
}

function replacerIn(facts: FileFacts, owners: Owners): string | undefined {
  if (isStrangers(facts.uid, owners)) return `uid ${facts.uid}`;
  if ((facts.mode & STICKY) !== 0) return undefined;
  return grantsOf(facts).find((it) => (it.bits & WRITE) !== 0 && !isFine(it, owners))?.who;
}

function causeOf(
  { errno, message }: FileError,
  kind: "file" | "directory",
): Omit<Fault, "code"> {
  const path = "check the path";
  switch (errno) {
    case ENOENT:
      return { why: `no such ${kind}`, remedy: path };
    case EACCES:
      return {
        why: "permission denied",
        remedy: `check the owner and mode of the ${kind} and of its parent directories`,
      };
    case ENOTDIR:
      return { why: "a component of its path is not a directory", remedy: path };
    case ELOOP:
      return { why: "its symbolic links form a loop", remedy: "remove one of them" };
    default:
      return { why: message, remedy: path };
  }
}
