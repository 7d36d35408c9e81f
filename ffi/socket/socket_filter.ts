/** Classic BPF programs on sockets (socket(7)). */
import { encodeFilter, type Instruction } from "./bpf.ts";
import { libc } from "../libc.ts";
import { pinnedRegion, writeAddress } from "../memory.ts";

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;

/** Sets or replaces a socket's filter. Returns 0, or -1 with errno, as setsockopt(2) does. */
export function attachFilter(fd: number, program: readonly Instruction[]): number {
  const code = pinnedRegion(program.length * 8);
  code.bytes.set(encodeFilter(program));
  const fprog = new Uint8Array(16); // struct sock_fprog { u16 len; struct sock_filter *filter }
  const view = new DataView(fprog.buffer);
  view.setUint16(0, program.length, true);
  writeAddress(view, 8, code, 0);
  const result = libc().setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog, fprog.length);
  if (code.bytes.length === 0) throw new Error("Unreachable"); // keeps `code` alive until here
  return result;
}
