import { assertEquals } from "@std/assert";
import { gitCommit } from "../src/git_commit.ts";

const ONE = "1".repeat(40);
const OTHER = "2".repeat(64);

/** Writes files by path below a new folder, and calls `use` with the folder. */
async function withFiles(files: Record<string, string>, use: (folder: string) => void) {
  const folder = await Deno.makeTempDir({ prefix: "pppoe # 100% " });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text.replaceAll("FOLDER", folder));
    }
    use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const BRANCH = "ref: refs/heads/a/branch\n";

const CASES: readonly [name: string, files: Record<string, string>, commit: string | undefined][] =
  [
    ["a branch", { ".git/HEAD": BRANCH, ".git/refs/heads/a/branch": `${ONE}\n` }, ONE],
    ["a detached HEAD, as in CI", { ".git/HEAD": `${OTHER}\n` }, OTHER],
    ["a packed branch, as in a new clone", {
      ".git/HEAD": BRANCH,
      ".git/packed-refs":
        `# pack-refs with: peeled\n${OTHER} refs/heads/not/a/branch\n${ONE} refs/heads/a/branch\n^${OTHER}\n`,
    }, ONE],
    ["a branch that moved since it was packed", {
      ".git/HEAD": BRANCH,
      ".git/refs/heads/a/branch": `${ONE}\n`,
      ".git/packed-refs": `${OTHER} refs/heads/a/branch\n`,
    }, ONE],
    ["a linked working copy", {
      ".git": "gitdir: FOLDER/main/.git/worktrees/linked\n",
      "main/.git/worktrees/linked/HEAD": BRANCH,
      "main/.git/worktrees/linked/commondir": "../..\n",
      "main/.git/refs/heads/a/branch": `${ONE}\n`,
    }, ONE],
    ["a submodule", { ".git": "gitdir: modules/sub\n", "modules/sub/HEAD": `${ONE}\n` }, ONE],
    ["no commit yet", { ".git/HEAD": BRANCH }, undefined],
    ["an unpacked archive", { "deno.json": "{}" }, undefined],
    ["a file that is something else", { ".git/HEAD": "ref: ../../etc/passwd\n" }, undefined],
  ];

for (const [name, files, commit] of CASES) {
  Deno.test(`the commit of a working copy: ${name}`, () =>
    withFiles(files, (folder) => assertEquals(gitCommit(folder), commit)));
}
