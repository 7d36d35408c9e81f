import { readSecret } from "../config/secrets.ts";
import type { Findings } from "./findings.ts";

/** Checks a secret's content and permissions. */
export async function checkSecret(path: string, findings: Findings): Promise<void> {
  await findings.attempt(() => readSecret(path));
}
