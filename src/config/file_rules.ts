/**
 * Who else may use a file that a configuration names. `check`, `doctor`, `run` and `reload` all ask
 * here, so that they agree.
 */
import { dirname } from "node:path";
import {
  EACCES,
  effectiveUser,
  ELOOP,
  ENOENT,
  ENOTDIR,
  FileError,
  type FileFacts,
  OpenFile,
} from "../../ffi/open_file.ts";
import { type Grant, grantsOf, READ, WRITE } from "./file_grants.ts";

const ROOT = 0;
/** The account of packaging/sysusers.d, which the daemon usually has. */
const ACCOUNT = "pppoe-proxy";
/** What a user namespace shows for users that it does not know (user_namespaces(7)). */
const UNKNOWN_USER = 65_534;
/** Others may not remove or rename what is not theirs (inode(7)). */
const STICKY = 0o1000;

/** Users who may own what a configuration names. */
export type Owners = ReadonlySet<number>;

/** What others may not do with a file. */
export type Rule = "private" | "unchangeable";

/**
 * Root, the user of this process, and the owner of the configuration's file, who decides which files
 * are used anyway; to root also the daemon's account. So `check` by root and `run` by the daemon's own
 * user find the same.
 */
export function trustedOwners(configFile?: string): Owners {
  const user = effectiveUser();
  const owners = new Set([ROOT, user]);
  const account = user === ROOT ? accountUser() : undefined;
  if (account !== undefined) owners.add(account);
  if (configFile === undefined) return owners;
  try {
    const { uid } = Deno.statSync(configFile);
    if (uid !== null) owners.add(uid);
  } catch {
    // it has been read, and has gone since
  }
  return owners;
}

function accountUser(): number | undefined {
  try {
    const line = Deno.readTextFileSync("/etc/passwd").split("\n")
      .find((it) => it.startsWith(`${ACCOUNT}:`));
    return line === undefined ? undefined : Number(line.split(":")[2]);
  } catch {
    return undefined;
  }
}

/** How to read a file. */
export interface GuardedRead {
  /** For messages: `the secret`. */
  what: string;
  rule: Rule;
  owners: Owners;
  /** Bytes. */
  limit: number;
  /** What to do where there is no such file. */
  hint?: string;
}

/** A file's whole content, or undefined where it is longer. Throws an Error that says what to do. */
export function readGuarded(
  path: string,
  { what, rule, owners, limit, hint }: GuardedRead,
): Uint8Array | undefined {
  const refuse = (why: string): Error => new Error(`Cannot use ${what} "${path}": ${why}`);
  try {
    using file = new OpenFile(path);
    if (file.facts.kind !== "file") throw refuse("it is not a regular file");
    const fault = faultOf(path, file.facts, rule, owners);
    if (fault !== undefined) throw refuse(fault);
    return file.read(limit);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const todo = error.errno === ENOENT && hint !== undefined ? `; ${hint}` : "";
    throw refuse(causeOf(error, "file") + todo);
  }
}

/** Throws an Error where everybody can change a file, if it is one; its owner and group are trusted. */
export function checkNotPublic(path: string, what: string): void {
  try {
    using file = new OpenFile(path);
    const isPublic = grantsOf(file.facts).some(({ who, bits }) =>
      who === "others" && (bits & WRITE) !== 0
    );
    if (file.facts.kind !== "file" || !isPublic) return;
  } catch (error) {
    if (error instanceof FileError) return; // it has been read already
    throw error;
  }
  throw new Error(
    `Cannot use ${what} "${path}": everybody can write it; run \`chmod o-w "${path}"\``,
  );
}

/**
 * Throws an Error where a directory is not one, or is not for its owner alone as far as `rule` says,
 * or could be replaced by others. One that is not there yet is in order; false then.
 */
export function checkDirectory(
  path: string,
  { what, rule, owners }: { what: string; rule: Rule; owners: Owners },
): boolean {
  const refuse = (why: string): Error => new Error(`Cannot use ${what} "${path}": ${why}`);
  try {
    using folder = new OpenFile(path);
    if (folder.facts.kind !== "directory") throw refuse("it is not a directory");
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

/** Why an open file breaks a rule and what to do, or undefined. */
function faultOf(
  path: string,
  facts: FileFacts,
  rule: Rule,
  owners: Owners,
): string | undefined {
  if (!owners.has(facts.uid)) {
    return `it belongs to another user (uid ${facts.uid}), who can change it; give it to root or to the user that runs pppoe-proxy: \`chown USER "${path}"\``;
  }
  const forbidden = rule === "private" ? READ | WRITE : WRITE;
  const grant = grantsOf(facts).find((it) => (it.bits & forbidden) !== 0 && !isFine(it, owners));
  if (grant === undefined) return undefined;
  return facts.acl === undefined ? modeFault(path, facts, rule) : aclFault(path, grant, rule);
}

/**
 * A user whom an access control list names may read, as systemd gives its credentials to a service
 * that does not run as root. Root cannot know which user the service has, so to root each is.
 */
function isFine({ user, bits }: Grant, owners: Owners): boolean {
  if (user === undefined) return false;
  return owners.has(user) || (effectiveUser() === ROOT && (bits & WRITE) === 0);
}

function modeFault(path: string, { kind, mode }: FileFacts, rule: Rule): string {
  const octal = (mode & 0o7777).toString(8).padStart(4, "0");
  const verb = rule === "private" ? "read or write" : "write";
  const wanted = rule === "unchangeable" ? "go-w" : kind === "directory" ? "700" : "600";
  return `others can ${verb} it (mode ${octal}); run \`chmod ${wanted} "${path}"\``;
}

function aclFault(path: string, { who, bits }: Grant, rule: Rule): string {
  const verb = (bits & WRITE) !== 0 ? "write" : rule === "private" ? "read" : "write";
  return `its access control list lets ${who} ${verb} it; run \`setfacl --remove-all "${path}"\` and \`chmod go-rwx "${path}"\``;
}

/** How others could put something else in a path's place: whoever may write in a directory above it. */
export function ancestorFault(path: string, owners: Owners): string | undefined {
  for (let at = path; at !== "/";) {
    at = dirname(at);
    try {
      using folder = new OpenFile(at);
      const who = replacerIn(folder.facts, owners);
      if (who !== undefined) {
        return `${who} can put another in its place, as "${at}" is open to them; run \`chmod go-w "${at}"\`, check its owner, or choose another place`;
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.errno !== ENOENT && error.errno !== EACCES) return causeOf(error, "directory");
    }
  }
  return undefined;
}

function replacerIn(facts: FileFacts, owners: Owners): string | undefined {
  if (!owners.has(facts.uid) && facts.uid !== UNKNOWN_USER) return `uid ${facts.uid}`;
  if ((facts.mode & STICKY) !== 0) return undefined;
  return grantsOf(facts).find((it) => (it.bits & WRITE) !== 0 && !isFine(it, owners))?.who;
}

function causeOf({ errno, message }: FileError, kind: "file" | "directory"): string {
  switch (errno) {
    case ENOENT:
      return `there is no such ${kind}`;
    case EACCES:
      return "permission denied; check the owner and mode of it and of the directories above it";
    case ENOTDIR:
      return "a part of its path is not a directory";
    case ELOOP:
      return "its symbolic links go round in a circle";
    default:
      return message;
  }
}
