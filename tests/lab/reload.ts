/** Changes a configuration of the lab while its daemon runs. */
import { assertMatch, assertStringIncludes } from "@std/assert";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./process.ts";

/** A client that quickly notices a silent server, and dials quickly. */
export const HASTY = `[tunnel.keepalive]
interval = "200ms"
timeout = "800ms"
[tunnel.reconnect]
base = "50ms"
cap = "100ms"`;

/** Replaces text in a configuration of the lab. */
export async function edit(
  lab: Lab,
  file: string,
  from: string | RegExp,
  to: string,
): Promise<void> {
  const path = `${lab.folder}/${file}`;
  const source = await Deno.readTextFile(path);
  if (typeof from === "string") assertStringIncludes(source, from);
  else assertMatch(source, from);
  await Deno.writeTextFile(path, source.replace(from, to));
}

/** Sends SIGHUP and returns the line with the result. */
export async function reload(daemon: LabProcess): Promise<string> {
  const since = daemon.output.length;
  daemon.signal("SIGHUP");
  return await daemon.waitForLine(/"message":"(reloaded|reload failed)"/, { since });
}
