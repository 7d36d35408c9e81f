import { libc } from "../libc.ts";

/** Numbers of statx(2): the kernel's unistd_64.h for x86-64, and its generic table for ARM64. */
const NUMBER = Deno.build.arch === "aarch64" ? 291 : 332;
const AT_EMPTY_PATH = 0x1000;
/** Size of struct statx. */
export const STATX_SIZE = 256;
const noPath = new Uint8Array(1);

/**
 * Writes the fields in `mask` of what is open as `fd` into `facts`, a struct statx. Returns 0, or
 * -1 with errno.
 */
export function statx(fd: number, mask: number, facts: Uint8Array<ArrayBuffer>): number {
  return libc().syscallStatx(NUMBER, fd, noPath, AT_EMPTY_PATH, mask, facts);
}
