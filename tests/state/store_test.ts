import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { StateError } from "../../src/state/state_error.ts";
import { needing } from "../needs.ts";
import { inDirectory, open, session } from "./sessions.ts";

const names = (directory: string): string[] =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

/** Creates and closes a store with one session. */
async function leave(directory: string): Promise<void> {
  const { journal } = open(directory);
  journal.opened(session(1));
  await journal.close();
}

Deno.test("a closed store is one file without a log, readable by its owner only", () =>
  inDirectory(async (parent) => {
    const directory = `${parent}/made/for/it`;
    await leave(directory);
    assertEquals(names(directory), ["sessions.db", "sessions.lock"]);
    assertEquals((Deno.statSync(directory).mode ?? 0) & 0o777, 0o700);
    assertEquals((Deno.statSync(`${directory}/sessions.db`).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("a store of another identity or version is quarantined, intact, with the reason", () =>
  inDirectory(async (directory) => {
    await leave(directory);
    const other = open(directory, { identity: { mode: "client", interface: "lan0", mac: "own" } });
    assertEquals(other.restored, []);
    assertEquals(other.quarantined?.fault, "identity");
    assertEquals(
      other.quarantined?.reason,
      'it belongs to server on "wan0" with mac "own", not to client on "lan0" with mac "own"',
    );
    const kept = new DatabaseSync(other.quarantined?.file ?? "");
    assertEquals(kept.prepare("SELECT peer FROM live").all().map(({ peer }) => peer), ["client-1"]);
    kept.close();
    await other.journal.close();
    for (const version of [0, 1, 2, 4]) {
      const database = new DatabaseSync(`${directory}/sessions.db`);
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
      const { journal, quarantined } = open(directory);
      assertEquals(quarantined?.fault, "version");
      assertEquals(quarantined?.reason, `it has version ${version}, not 3`);
      await journal.close();
    }
  }));

Deno.test("anything that is not a valid store is quarantined", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/sessions.db`;
    const left: Record<string, () => void> = {
      "it is damaged (file is not a database)": () =>
        Deno.writeTextFileSync(path, "not a database ".repeat(1_000)),
      "it is damaged (not a regular file)": () => Deno.mkdirSync(path),
      "it is damaged (empty except for its log)": () => {
        Deno.writeFileSync(path, new Uint8Array());
        Deno.writeTextFileSync(`${path}-wal`, "log");
      },
      "it is damaged (not a pppoe-proxy store)": () => {
        const database = new DatabaseSync(path);
        database.exec("CREATE TABLE diary (entry)");
        database.close();
      },
    };
    for (const [reason, make] of Object.entries(left)) {
      make();
      const { journal, quarantined } = open(directory);
      assertEquals(quarantined?.reason, reason);
      await journal.close();
      Deno.removeSync(path);
    }
  }));

Deno.test("only the three latest quarantined stores are kept", () =>
  inDirectory(async (directory) => {
    const files: string[] = [];
    for (let i = 0; i < 5; i++) {
      Deno.writeTextFileSync(`${directory}/sessions.db`, `garbage ${i}`.repeat(100));
      Deno.writeTextFileSync(`${directory}/sessions.db-wal`, "x");
      const { journal, quarantined } = open(directory); // all at the same clock time
      await journal.close();
      Deno.removeSync(`${directory}/sessions.db`);
      files.push(quarantined?.file.slice(directory.length + 1) ?? "");
    }
    const kept = names(directory).filter((name) => /-\d{8}T\d{9}Z$/.test(name));
    assertEquals(kept, files.slice(-3).sort());
  }));

Deno.test("two daemons cannot share a store, and the second one's error names the file", () =>
  inDirectory(async (directory) => {
    const { journal } = open(directory);
    const error = assertThrows(() => open(directory), StateError);
    assert(error.message.includes(`another pppoe-proxy is using "${directory}/sessions.db"`));
    await journal.close();
    await open(directory).journal.close();
  }));

Deno.test(needing(["sqlite3"], {
  name: "a store that another program has open is left untouched",
  fn: () =>
    inDirectory(async (directory) => {
      await leave(directory);
      const sqlite = new Deno.Command("sqlite3", {
        args: [`${directory}/sessions.db`],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const writer = sqlite.stdin.getWriter();
      await writer.write(new TextEncoder().encode("BEGIN; SELECT count(*) FROM live;\n"));
      const reader = sqlite.stdout.getReader();
      await reader.read();
      const error = assertThrows(() => open(directory), StateError);
      assert(/another process has ".*sessions.db" open/.test(error.message), error.message);
      await writer.close();
      await reader.cancel();
      await sqlite.status;
      const { journal, restored } = open(directory);
      assertEquals(restored.length, 1);
      await journal.close();
    }),
}));

Deno.test("an unusable directory is an error that says why", () => {
  for (const [directory, cause] of [["/dev/null/x", "not a directory"], ["/proc/x", "no such"]]) {
    const error = assertThrows(() => open(directory), StateError);
    assert(error.message.startsWith(`Cannot keep sessions in "${directory}": ${cause}`));
  }
});
