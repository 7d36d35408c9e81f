/** Changes a configuration of the lab while its daemon runs, and interrupts its tunnel. */
import { assertMatch, assertStringIncludes } from "@std/assert";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./process.ts";

/**
 * A client that quickly notices a silent server, but not one that its machine stops for a moment,
 * and dials quickly.
 */
export const HASTY = `[tunnel.keepalive]
interval = "400ms"
timeout = "2s"
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

/**
 * Interrupts the tunnel, and waits for a line of the client after that. On a busy machine the
 * client may be about to dial already. The last release says "tunnel down".
 */
export async function interrupt(
  server: LabProcess,
  client: LabProcess,
  then = /sessions resumed/,
): Promise<string> {
  const since = client.output.length;
  server.signal("SIGSTOP");
  await client.waitForLine(/tunnel (lost|down)|connect failed/, { since });
  server.signal("SIGCONT");
  return await client.waitForLine(then, { since });
}
