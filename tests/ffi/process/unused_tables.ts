/** Frees large blocks, then makes tables that stay unused; prints by how many kB memory grew. */
import { mapLargeBlocks } from "../../../ffi/process/spare_memory.ts";

const MEBIBYTE = 1024 * 1024;

function residentAnonymous(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1]);
}

function filled(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(1);
}

mapLargeBlocks();
const before = residentAnonymous();
filled(30 * MEBIBYTE).buffer.transfer(0); // frees it now
const tables = Array.from({ length: 40 }, () => filled(MEBIBYTE));
for (const { buffer } of tables) buffer.transfer(0);
const unused = Array.from({ length: 40 }, () => new Uint8Array(MEBIBYTE));
const grown = residentAnonymous() - before;
await Deno.stdout.write(new TextEncoder().encode(`${unused.length === 40 ? grown : NaN}\n`));
