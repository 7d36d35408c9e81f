/** In a mount namespace of its own: what the store does on a small disk that is full or read-only. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { StateError } from "../../src/state/state_error.ts";
import { counters, open, records, session } from "./sessions.ts";

async function mount(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("mount", { args }).output();
  assert(success, `mount ${args.join(" ")}`);
}

/** Fills the disk to the last page. */
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
  const { journal, troubles, recoveries } = opened;
  for (let i = 0; i < 100; i++) journal.opened(session(i));
  assert(await journal.flush());
  fill(`${disk}/ballast`);
  for (let i = 100; i < 2_000; i++) journal.opened(session(i));
  for (let i = 0; i < 50; i++) journal.closed(session(i), "idle", counters(i));
  assertEquals(await journal.flush(), false);
  assertEquals(await journal.flush(), false);
  const path = `${disk}/state/sessions.db`;
  assertEquals(troubles, [
    `Cannot write "${path}": the disk is full; make room; going on without it`,
  ]);
  Deno.removeSync(`${disk}/ballast`);
  assertEquals(recoveries, []);
  while (recoveries.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(recoveries, [{ lost: 0, setAside: undefined }]);
  assertEquals(troubles.length, 1);
  await journal.close();
  const again = open(`${disk}/state`);
  assertEquals(records(again).length, 1_950);
  assertEquals(again.journal.accounting.query({ limit: 99 }).length, 50);
  await again.journal.close();
}

async function fullOrReadOnlyAtStart(disk: string): Promise<void> {
  const message = (): string => assertThrows(() => open(`${disk}/state`), StateError).message;
  fill(`${disk}/ballast`);
  assertEquals(message(), `Cannot keep sessions in "${disk}/state": the disk is full; make room`);
  Deno.removeSync(`${disk}/ballast`);
  await mount("-o", "remount,bind,ro", disk);
  assertEquals(
    message(),
    `Cannot keep sessions in "${disk}/state": the file system is read-only; remount it`,
  );
  await mount("-o", "remount,bind,rw", disk);
  const { journal, restored, setAside } = open(`${disk}/state`);
  assertEquals([restored.length, setAside], [1_950, undefined]);
  await journal.close();
}

if (import.meta.main) {
  const disk = Deno.args[0];
  await mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", disk);
  await fullWhileRunning(disk);
  await fullOrReadOnlyAtStart(disk);
}
