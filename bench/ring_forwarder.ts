/** A forwarder of the daemons' design in C: see ring_forwarder.c. */
import type { Lab } from "../tests/lab/lab.ts";
import { installed } from "../tests/lab/process.ts";
import { type Path, startForwarder, withSession } from "./paths.ts";

const SOURCE = new URL("ring_forwarder.c", import.meta.url).pathname;

/** What is missing to compile it; undefined for nothing. */
export function ringForwarderObstacle(): string | undefined {
  return installed("cc") ? undefined : "a C compiler (gcc libc6-dev)";
}

/** Compiles it, starts both ends and dials a session through them. */
export async function layRingForwarder(lab: Lab): Promise<Path> {
  const program = `${lab.folder}/ring_forwarder`;
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-O2", "-o", program, SOURCE],
  }).output();
  if (!success) throw new Error(`Cannot compile ${SOURCE}: ${new TextDecoder().decode(stderr)}`);
  return await withSession(await startForwarder(lab, program));
}
