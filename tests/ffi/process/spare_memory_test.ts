import { assert, assertGreater } from "@std/assert";
import { dropStartupPages } from "../../../ffi/process/spare_memory.ts";

function residentFilePages(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/RssFile:\s+(\d+) kB/.exec(status)?.[1]);
}

Deno.test("after startup the executable's pages are released and the program keeps running", () => {
  const before = residentFilePages();
  assertGreater(dropStartupPages(), 0n);
  assert(residentFilePages() < before / 2, `${residentFilePages()} kB of ${before} kB remain`);
});
