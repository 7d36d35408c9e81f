/**
 * Opens a link while memory is short, sends 200 frames from interface $1 to it on interface $2, and
 * prints as JSON its ring, that of a link with enough memory, and how many frames have arrived.
 */
import { unwrap } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { Gathering, open, testFrame } from "./veth.ts";

const RLIMIT_AS = 9;
const SUBJECT = "limit memory";
const MIB = 1 << 20;

/** Bytes of this process's address space. */
function addressSpace(): number {
  const [, kib = ""] = /^VmSize:\s+(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status")) ??
    [];
  return 1024 * Number(kib);
}

/** Limits the growth of the address space, in bytes, while `body` runs. */
function withRoomFor<T>(bytes: number, body: () => T): T {
  const before = new BigUint64Array(2);
  unwrap(libc().getrlimit(RLIMIT_AS, new Uint8Array(before.buffer)), "getrlimit", SUBJECT);
  const limit = BigUint64Array.of(BigInt(addressSpace() + bytes), before[1]);
  unwrap(libc().setrlimit(RLIMIT_AS, new Uint8Array(limit.buffer)), "setrlimit", SUBJECT);
  try {
    return body();
  } finally {
    unwrap(libc().setrlimit(RLIMIT_AS, new Uint8Array(before.buffer)), "setrlimit", SUBJECT);
  }
}

const [from, to] = Deno.args;
addressSpace(); // what it needs itself is there from now on
const enough = open(to);
const whole = enough.ring;
enough.close();
const link = withRoomFor(3 * MIB, () => open(to)); // a full ring takes 8 MiB
const { kind, ring } = link;
const receiver = new Gathering(link);
const sender = open(from);
for (let i = 0; i < 200; i++) sender.send(testFrame(0x8863, 64));
await receiver.until(() => receiver.frames.length === 200);
sender.close();
await receiver[Symbol.asyncDispose]();
const frames = receiver.frames.length;
await Deno.stdout.write(
  new TextEncoder().encode(JSON.stringify({ whole, kind, ring, frames })),
);
