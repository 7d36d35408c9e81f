import manifest from "../../deno.json" with { type: "json" };
import type { Arguments } from "./arguments.ts";
import { printLine } from "./terminal/output.ts";

/** `version [--json]`: prints the version. */
export async function versionCommand({ switches }: Arguments): Promise<number> {
  const { version } = manifest;
  const { deno, v8 } = Deno.version;
  const { os, arch } = Deno.build;
  await printLine(
    switches.has("json")
      ? JSON.stringify({ name: "pppoe-proxy", version, deno, v8, os, arch })
      : `pppoe-proxy ${version}`,
  );
  return 0;
}
