import { assert, assertEquals } from "@std/assert";
import { inDirectory, open, session } from "./sessions.ts";

const WRITER = new URL("writer.ts", import.meta.url).pathname;

/**
 * Runs a writer, kills it after `lines` lines of output, and returns the last number it printed.
 */
async function killedAfter(directory: string, lines: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", WRITER, directory],
    stdout: "piped",
  }).spawn();
  let text = "";
  let killed = false;
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk);
    if (killed || text.split("\n").length <= lines) continue;
    child.kill("SIGKILL");
    killed = true;
  }
  assertEquals((await child.status).signal, "SIGKILL");
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

Deno.test("a process killed at any time loses no opened session and no committed end", () =>
  inDirectory(async (parent) => {
    for (const lines of [1, 3, 10, 40, 150]) {
      const directory = `${parent}/${lines}`;
      const said = await killedAfter(directory, lines);
      const { journal, restored, dropped, quarantined } = open(directory);
      assertEquals([dropped, quarantined], [0, undefined]);
      const last = Math.max(...restored.map(({ openedAt }) => openedAt)) - session(0).openedAt;
      assert(last >= said, `${last} restored, ${said} opened`);
      const handles = new Set(restored.map(({ handle }) => handle));
      for (let i = Math.max(0, last - 49); i <= said; i++) {
        assert(handles.has(session(i).handle), `session ${i} of ${said}`);
      }
      // Ends are written in batches, at the latest with each 40th line of the writer.
      const past = journal.accounting.query({ limit: 100_000 }).length;
      assert(past >= Math.max(0, said - 89), `${past} past sessions, ${said} opened`);
      assertEquals(past + restored.length, last + 1);
      await journal.close();
    }
  }));

Deno.test("Z1: ends are on record even if the process is killed in the same turn", () =>
  inDirectory(async (directory) => {
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--cached-only", WRITER, directory, "at once"],
    }).output();
    assertEquals(signal, "SIGKILL");
    const { journal, restored } = open(directory);
    assertEquals(restored.map(({ handle }) => handle), [session(99).handle]);
    assertEquals(journal.accounting.query({ limit: 1_000 }).length, 99);
    await journal.close();
  }));
