import { assert, assertGreater } from "@std/assert";
import { dropStartupPages } from "../../ffi/spare_memory.ts";

function residentFilePages(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/RssFile:\s+(\d+) kB/.exec(status)?.[1]);
}

Deno.test("after start-up the executable's pages are let go, and the program goes on", () => {
  const before = residentFilePages();
  assertGreater(dropStartupPages(), 0n);
  assert(residentFilePages() < before / 2, `${residentFilePages()} kB of ${before} kB are left`);
});
