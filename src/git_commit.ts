import { resolve } from "node:path";

/** A commit's id: SHA-1 or SHA-256 in hexadecimal. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Returns the commit that a working copy was checked out from; undefined if the folder is none, or
 * cannot be read. Reads Git's files instead of starting it (gitrepository-layout(5)).
 */
export function gitCommit(folder: string): string | undefined {
  const own = gitFolder(folder);
  const [, name] = /^ref: (refs\/\S+)$/.exec(line(`${own}/HEAD`)) ?? [];
  if (name === undefined) return commitIn(line(`${own}/HEAD`));
  // A linked working copy has only its HEAD, and the main one has the branches.
  const shared = resolve(own, line(`${own}/commondir`));
  return commitIn(line(`${own}/${name}`)) ?? commitIn(line(`${shared}/${name}`)) ??
    packed(`${shared}/packed-refs`, name);
}

/** Git's folder of a working copy: `.git`, or what that file names (git-worktree(1)). */
function gitFolder(folder: string): string {
  const [, path] = /^gitdir: (.+)$/.exec(line(`${folder}/.git`)) ?? [];
  return resolve(folder, path ?? ".git");
}

function packed(path: string, name: string): string | undefined {
  const row = read(path).split("\n").find((text) => text.endsWith(` ${name}`));
  return commitIn(row?.split(" ")[0] ?? "");
}

function commitIn(text: string): string | undefined {
  return COMMIT.test(text) ? text : undefined;
}

function line(path: string): string {
  return read(path).trim();
}

/** A file's text; empty if it cannot be read. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
