import manifest from "../../deno.json" with { type: "json" };
import type { Arguments } from "./arguments.ts";
import { printLine } from "./terminal/output.ts";

/** The versions of the program and of what runs it. */
export function versionFacts(): Record<string, string> {
  const { deno, v8 } = Deno.version;
  const { os, arch } = Deno.build;
  return { name: "pppoe-proxy", version: manifest.version, deno, v8, os, arch };
}

/** `version [--json]`: prints the version. */
export async function versionCommand({ switches }: Arguments): Promise<number> {
  await printLine(
    switches.has("json") ? JSON.stringify(versionFacts()) : `pppoe-proxy ${manifest.version}`,
  );
  return 0;
}
