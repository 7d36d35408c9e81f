import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readGuarded, type Rule, trustedOwners } from "../../../src/config/files/file_rules.ts";
import {
  checkCaptureDirectory,
  checkSocketPlace,
  checkStateDirectory,
} from "../../../src/config/files/places.ts";
import { readSecret } from "../../../src/config/files/secrets.ts";
import { canBecomePlainUser } from "../../lab/plain_user.ts";
import { withFolder } from "../../cli/process.ts";
import { skipping } from "../../needs.ts";
import { aclOf, setAcl } from "../acl.ts";

const ROOT = new Set([0]);
const STRANGER = 1_234;
const SECRET = "6f1d3c9a85b2e07741c8d95e3ba60f2c98d4e17b5a06c3f2d1897e4b60ac53ef";
/** Whether this process may change the owner of files. */
const manyUsers = canBecomePlainUser();
const obstacle = manyUsers ? undefined : "root, with other users mapped";

async function faultOf(
  mode: number,
  rule: Rule,
  prepare: (path: string) => void = () => {},
  owners: ReadonlySet<number> = ROOT,
): Promise<string> {
  let message = "";
  await withFolder(async (folder) => {
    const path = `${folder}/x`;
    await Deno.writeTextFile(path, SECRET, { mode });
    await Deno.chmod(path, mode);
    prepare(path);
    try {
      readGuarded(path, { code: "key-unusable", what: "the x", rule, owners, limit: 64 });
    } catch (error) {
      message = (error as Error).message;
    }
  });
  return message;
}

Deno.test("T6: a private file must be inaccessible to others, an unchangeable one may be readable", async () => {
  for (const mode of [0o640, 0o620, 0o604, 0o602, 0o666, 0o4644]) {
    const octal = mode.toString(8).padStart(4, "0");
    assertStringIncludes(await faultOf(mode, "private"), `(mode ${octal}); run \`chmod 600 "`);
  }
  for (const mode of [0o600, 0o400, 0o700, 0o611]) assertEquals(await faultOf(mode, "private"), "");
  for (const mode of [0o644, 0o444]) assertEquals(await faultOf(mode, "unchangeable"), "");
  for (const mode of [0o664, 0o646]) {
    assertStringIncludes(await faultOf(mode, "unchangeable"), "run `chmod go-w");
  }
});

Deno.test(skipping(obstacle, {
  name: "T6: a file owned by another user is refused, because that user could change it",
  async fn() {
    const give = (path: string): void => Deno.chownSync(path, STRANGER, STRANGER);
    for (const rule of ["private", "unchangeable"] as const) {
      assertStringIncludes(await faultOf(0o600, rule, give), `another user (uid ${STRANGER})`);
      assertEquals(await faultOf(0o600, rule, give, new Set([STRANGER])), "");
    }
  },
}));

Deno.test("the owner of the configuration and the current user are trusted", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/c.toml`, "");
    if (manyUsers) await Deno.chown(`${folder}/c.toml`, STRANGER, STRANGER);
    const owners = trustedOwners(`${folder}/c.toml`);
    assertEquals(owners.has(Deno.uid() ?? -1), true);
    assertEquals(owners.has(STRANGER), manyUsers);
  });
});

Deno.test(skipping(obstacle, {
  name: "T6: access control lists are evaluated: read access of one user is accepted, more is not",
  async fn() {
    const mode = 0o440; // the mode that stat shows for 0400 with a mask of r
    const fault = (entries: Parameters<typeof aclOf>[0]) =>
      faultOf(mode, "private", (path) => setAcl(path, aclOf(entries)));
    assertEquals(await fault({ users: [[STRANGER, 4]], mask: 4 }), "");
    // The mask removes the group's permission.
    assertEquals(await fault({ users: [[STRANGER, 4]], group: 4, mask: 0 }), "");
    const refused: [Parameters<typeof aclOf>[0], string][] = [
      [{ users: [[STRANGER, 6]], mask: 6 }, `uid ${STRANGER} write`],
      [{ users: [[STRANGER, 4]], group: 4, mask: 4 }, "read it"],
      [{ groups: [[77, 4]], mask: 4 }, "group 77 read"],
      [{ users: [[STRANGER, 4]], other: 4, mask: 4 }, "others read"],
    ];
    for (const [entries, words] of refused) {
      const message = await fault(entries);
      assertStringIncludes(message, words);
      assertStringIncludes(message, "setfacl --remove-all");
    }
  },
}));

Deno.test("anything but a regular file is refused without blocking, including pipes", async () => {
  await withFolder(async (folder) => {
    const pipe = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const read = (path: string) => () =>
      readGuarded(path, {
        code: "key-unusable",
        what: "the x",
        rule: "private",
        owners: ROOT,
        limit: 64,
      });
    for (const path of [pipe, folder, "/dev/zero"]) {
      assertThrows(read(path), Error, "it is not a regular file");
    }
    await Deno.symlink(`${folder}/b`, `${folder}/a`);
    await Deno.symlink(`${folder}/a`, `${folder}/b`);
    assertThrows(read(`${folder}/a`), Error, "its symbolic links form a loop");
    assertThrows(read(`${folder}/c`), Error, "no such file");
    assertThrows(read("/dev/null/x"), Error, "a component of its path is not a directory");
  });
});

Deno.test("T6: bytes that are not random are refused as a secret", async () => {
  const hex = (byte: (index: number) => number): string =>
    Uint8Array.from({ length: 32 }, (_, index) => byte(index)).toHex();
  const weak: [string, string][] = [
    ["0".repeat(64), "its bytes repeat"],
    ["ff".repeat(32), "its bytes repeat"],
    ["0123456789abcdef".repeat(4), "its bytes repeat"],
    [hex((index) => index * 7 % 16), "its bytes repeat"],
    [hex((index) => index), "count up or down"],
    [hex((index) => 200 - 3 * index), "count up or down"],
    [new TextEncoder().encode("The Quick brown fox Jumps over 1").toHex(), "text in hexadecimal"],
  ];
  await withFolder(async (folder) => {
    for (const [digits, words] of weak) {
      await Deno.writeTextFile(`${folder}/s`, digits, { mode: 0o600 });
      const error = await readSecret(`${folder}/s`).then(() => undefined, (it: Error) => it);
      assertStringIncludes(error?.message ?? "", words);
      assertStringIncludes(error?.message ?? "", "pppoe-proxy keygen secret");
      assertEquals(error?.message.includes(digits), false);
    }
    for (let i = 0; i < 500; i++) {
      const random = crypto.getRandomValues(new Uint8Array(32)).toHex();
      await Deno.writeTextFile(`${folder}/s`, random);
      assertEquals((await readSecret(`${folder}/s`)).toHex(), random);
    }
  });
});

Deno.test("T6: state directories and all directories above must not be writable by others", async () => {
  await withFolder(async (folder) => {
    const state = `${folder}/a/state`;
    await Deno.mkdir(state, { recursive: true, mode: 0o700 });
    const check = () => checkStateDirectory(state, ROOT);
    check();
    for (const mode of [0o777, 0o1777, 0o775, 0o702]) {
      await Deno.chmod(state, mode);
      assertThrows(check, Error, `others can write it (mode ${mode.toString(8).padStart(4, "0")})`);
    }
    await Deno.chmod(state, 0o755);
    check();
    await Deno.chmod(`${folder}/a`, 0o777);
    assertThrows(check, Error, `through write access to "${folder}/a"`);
    // With the sticky bit others cannot rename it.
    await Deno.chmod(`${folder}/a`, 0o1777);
    check();
    assertThrows(() => checkCaptureDirectory(state, ROOT), Error, "others can read or write it");
    await Deno.chmod(`${folder}/a`, 0o777);
    assertThrows(() => checkSocketPlace(`${folder}/a/x.sock`, ROOT), Error, "can replace it");
  });
});

Deno.test("T6: a symbolic link leads no state directory through a place that others can write", async () => {
  await withFolder(async (folder) => {
    const open = `${folder}/open`;
    await Deno.mkdir(`${open}/state`, { recursive: true, mode: 0o700 });
    await Deno.mkdir(`${folder}/safe`, { mode: 0o700 });
    await Deno.symlink(`${open}/state`, `${folder}/direct`);
    await Deno.symlink("open/state", `${folder}/relative`);
    await Deno.symlink(`${folder}/safe`, `${open}/back`);
    await Deno.symlink(`${open}/back`, `${folder}/through`);
    await Deno.symlink("safe/../open/state", `${folder}/dots`);
    const names = ["direct", "relative", "through", "dots"];
    for (const name of [...names, "safe"]) checkStateDirectory(`${folder}/${name}`, ROOT);
    await Deno.chmod(open, 0o777);
    for (const path of [...names, "direct/new", "safe/../open/state"]) {
      for (const check of [checkStateDirectory, checkCaptureDirectory, checkSocketPlace]) {
        const within = check === checkSocketPlace ? "/x.sock" : "";
        const place = `${folder}/${path}${within}`;
        assertThrows(() => check(place, ROOT), Error, `through write access to "${open}"`, path);
      }
    }
    checkStateDirectory(`${folder}/safe`, ROOT);
    await Deno.chmod(open, 0o1777);
    for (const name of names) checkStateDirectory(`${folder}/${name}`, ROOT);
    if (!manyUsers) return;
    await new Deno.Command("chown", { args: ["-h", `${STRANGER}`, `${open}/back`] }).output();
    const through = () => checkStateDirectory(`${folder}/through`, ROOT);
    assertThrows(through, Error, `uid ${STRANGER} owns the symbolic link "${open}/back"`);
  });
});

Deno.test("P2: a directory that cannot be created is refused, and the check leaves no trace", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const check = (path: string) => () => checkStateDirectory(path, ROOT);
    check(`${folder}/b/c/d`)();
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
    assertThrows(check("/proc/none/x"), Error, "cannot be created");
    assertThrows(check(`${folder}/file`), Error, "it is not a directory");
    assertThrows(check(`${folder}/file/x`), Error, "a component of its path is not a directory");
    assertThrows(check(`${folder}/${"x".repeat(300)}`), Error, "Cannot use the state directory");
  });
});
