/** Runs in its own mount namespace: the store on a small disk that is full or read-only. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { StateError } from "../../src/state/state_error.ts";
import { until } from "../until.ts";
import { counters, open, records, session, START } from "./sessions.ts";

async function mount(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("mount", { args }).output();
  assert(success, `mount ${args.join(" ")}`);
}

/** Fills the disk completely. */
function fill(path: string): void {
  const file = Deno.openSync(path, { create: true, write: true });
  try {
    for (;;) file.writeSync(new Uint8Array(4_096));
  } catch {
    file.close();
  }
}

async function fullWhileRunning(disk: string): Promise<void> {
  const opened = open(`${disk}/state`);
  const { journal, stories, troubles, recoveries } = opened;
  for (let i = 0; i < 100; i++) journal.opened(session(i));
  assert(await journal.flush());
  fill(`${disk}/ballast`);
  stories.add("north", 1, { at: START, kind: "opened", facts: {} });
  for (let i = 100; i < 2_000; i++) journal.opened(session(i));
  for (let i = 0; i < 50; i++) journal.closed(session(i), "idle", counters(i));
  assertEquals(await journal.flush(), false);
  assertEquals(await journal.flush(), false);
  const path = `${disk}/state/sessions.db`;
  assertEquals(troubles, [
    `Cannot write "${path}": the disk is full; make room; continuing without it`,
  ]);
  Deno.removeSync(`${disk}/ballast`);
  assertEquals(recoveries, []);
  await until(() => recoveries.length > 0);
  assertEquals(recoveries, [{ lost: 0, quarantined: undefined }]);
  assertEquals(troubles.length, 1);
  await journal.close();
  const again = open(`${disk}/state`);
  assertEquals(records(again).length, 1_950);
  assertEquals(again.stories.find(1).length, 1);
  assertEquals(again.journal.accounting.query({ limit: 99 }).length, 50);
  await again.journal.close();
}

/**
 * A disk that cannot be written at startup: existing sessions are restored, new ones are written
 * later.
 */
async function unwritableAtStart(disk: string, trouble: string, change: Change): Promise<void> {
  const directory = `${disk}/state`;
  const before = records(await reopen(directory)).length;
  await change.begin();
  const opened = open(directory);
  const { journal, troubles, recoveries } = opened;
  const path = `${directory}/sessions.db`;
  assertEquals(troubles, [`Cannot write "${path}": ${trouble}; continuing without it`]);
  assertEquals(journal.trouble, troubles[0]);
  assertEquals(records(opened).length, before);
  assertEquals(opened.quarantined, undefined);
  const [gone] = records(opened);
  journal.closed(gone, "idle", counters(1));
  journal.opened(session(5_000));
  assertEquals(journal.accounting.query({ limit: 1 })[0].customer, gone.customer);
  assertEquals(await journal.flush(), false);
  await change.end();
  await until(() => recoveries.length > 0);
  assertEquals([journal.trouble, troubles.length], [undefined, 1]);
  await journal.close();
  const kept = records(await reopen(directory)).map(({ customer }) => customer);
  assertEquals(kept.length, before);
  assert(kept.includes(session(5_000).customer) && !kept.includes(gone.customer));
  const again = open(directory);
  again.journal.closed(session(5_000), "idle");
  again.journal.opened(gone);
  await again.journal.close();
}

/** Opens and closes a store to read its contents. */
async function reopen(directory: string): Promise<ReturnType<typeof open>> {
  const opened = open(directory);
  await opened.journal.close();
  return opened;
}

interface Change {
  begin(): Promise<void>;
  end(): Promise<void>;
}

function fullDisk(disk: string): Change {
  const ballast = `${disk}/ballast`;
  return {
    begin: () => Promise.resolve(fill(ballast)),
    end: () => Promise.resolve(Deno.removeSync(ballast)),
  };
}

function readOnlyDisk(disk: string): Change {
  return {
    begin: () => mount("-o", "remount,bind,ro", disk),
    end: () => mount("-o", "remount,bind,rw", disk),
  };
}

/** After a kill, part of the store is in its log. */
async function killedAndReadOnly(disk: string): Promise<void> {
  const killed = open(`${disk}/killed`);
  for (let i = 0; i < 10; i++) killed.journal.opened(session(i));
  await killed.journal.flush();
  for (const suffix of ["", "-wal"]) {
    Deno.mkdirSync(`${disk}/copy`, { recursive: true, mode: 0o700 });
    Deno.copyFileSync(
      `${disk}/killed/sessions.db${suffix}`,
      `${disk}/copy/sessions.db${suffix}`,
    );
  }
  await killed.journal.close();
  Deno.writeFileSync(`${disk}/copy/sessions.lock`, new Uint8Array());
  await mount("-o", "remount,bind,ro", disk);
  const opened = open(`${disk}/copy`);
  assertEquals([records(opened).length, opened.troubles.length], [10, 1]);
  const second = assertThrows(() => open(`${disk}/copy`), StateError).message;
  assertStringIncludes(second, "another pppoe-proxy is using");
  await opened.journal.close();
  await mount("-o", "remount,bind,rw", disk);
}

/** A new daemon whose directory cannot be created at first. */
async function newAndReadOnly(disk: string): Promise<void> {
  await mount("-o", "remount,bind,ro", disk);
  const { journal, troubles, recoveries, restored } = open(`${disk}/new/state`);
  assertEquals([restored.length, troubles.length, journal.hasFile], [0, 1, false]);
  journal.opened(session(1));
  await mount("-o", "remount,bind,rw", disk);
  await until(() => recoveries.length > 0);
  assertEquals(journal.hasFile, true);
  await journal.close();
  assertEquals(records(await reopen(`${disk}/new/state`)).length, 1);
}

if (import.meta.main) {
  const disk = Deno.args[0];
  await mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", disk);
  await fullWhileRunning(disk);
  await unwritableAtStart(disk, "the disk is full; make room", fullDisk(disk));
  const readOnly = "the file system is read-only; remount it";
  await unwritableAtStart(disk, readOnly, readOnlyDisk(disk));
  await killedAndReadOnly(disk);
  await newAndReadOnly(disk);
}
