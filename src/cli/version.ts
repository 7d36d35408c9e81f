import { commit, VERSION, versionText } from "../version.ts";
import type { Arguments } from "./arguments.ts";
import { printLine } from "./terminal/output.ts";

/** The versions of the program and of what runs it. */
export function versionFacts(): Record<string, string | null> {
  const { deno, v8 } = Deno.version;
  const { os, arch } = Deno.build;
  return { name: "pppoe-proxy", version: VERSION, commit: commit(), deno, v8, os, arch };
}

/** `version [--json]`: prints the version and the commit. */
export async function versionCommand({ switches }: Arguments): Promise<number> {
  const isJson = switches.has("json");
  await printLine(isJson ? JSON.stringify(versionFacts()) : `pppoe-proxy ${versionText()}`);
  return 0;
}
