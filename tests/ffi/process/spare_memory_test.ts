import { assert, assertEquals, assertGreater } from "@std/assert";
import { dropStartupPages, mappedCode, wholePages } from "../../../ffi/process/spare_memory.ts";

function residentFilePages(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/RssFile:\s+(\d+) kB/.exec(status)?.[1]);
}

Deno.test("after startup the executable's pages are released and the program keeps running", () => {
  const before = residentFilePages();
  assertGreater(dropStartupPages(), 0n);
  assert(residentFilePages() < before / 2, `${residentFilePages()} kB of ${before} kB remain`);
});

Deno.test("only whole pages of a segment are dropped, whatever the size of a page", () => {
  const segment = { begin: 0x5000n, end: 0x2_9800n };
  assertEquals(wholePages(segment, 0x1000n), [{ begin: 0x5000n, end: 0x2_9000n }]);
  assertEquals(wholePages(segment, 0x4000n), [{ begin: 0x8000n, end: 0x2_8000n }]);
  assertEquals(wholePages(segment, 0x1_0000n), [{ begin: 0x1_0000n, end: 0x2_0000n }]);
  assertEquals(wholePages({ begin: 0x1000n, end: 0xf000n }, 0x1_0000n), []);
});

Deno.test("only code that is mapped from files is dropped", () => {
  const maps = `55d000000000-55d000001000 r--p 00000000 fe:00 42                 /usr/bin/program
55d000001000-55d000003000 r-xp 00001000 fe:00 42                 /usr/bin/program
55d000003000-55d000004000 rw-p 00003000 fe:00 42                 /usr/bin/program
55d000005000-55d000006000 r-xp 00000000 00:00 0
7f0000000000-7f0000001000 rwxp 00000000 fe:00 43                 /usr/lib/library.so
7ffe00000000-7ffe00001000 r-xp 00000000 00:00 0                  [vdso]
`;
  assertEquals(mappedCode(maps), [{ begin: 0x55d000001000n, end: 0x55d000003000n }]);
});

Deno.test("a large table takes only the pages that are used, also after large blocks were freed", async () => {
  // In a process of its own: other tests' garbage is collected at any time.
  const script = new URL("unused_tables.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", "--quiet", script],
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const grown = Number(new TextDecoder().decode(stdout));
  assert(grown < 4_000, `${grown} kB for 40 unused tables of 1 MiB`);
});
