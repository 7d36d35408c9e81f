/** Programs that tests can do without: a test that needs one which is missing is skipped and says so. */
import { installed } from "./lab/process.ts";

/** Debian's packages by the programs that tests start. Deno, sh, coreutils and util-linux are always there. */
export const PACKAGES = {
  bash: "bash",
  capinfos: "tshark",
  cc: "gcc libc6-dev",
  chromium: "chromium",
  fish: "fish",
  groff: "groff",
  ip: "iproute2",
  journalctl: "systemd",
  "linux.uml": "user-mode-linux",
  man: "man-db",
  modprobe: "kmod",
  nft: "nftables",
  openssl: "openssl",
  ping: "iputils-ping",
  pppd: "ppp",
  "pppoe-discovery": "ppp",
  "pppoe-server": "pppoe",
  pppoe: "pppoe",
  promtool: "prometheus",
  python3: "python3",
  script: "bsdutils",
  setcap: "libcap2-bin",
  socat: "socat",
  sqlite3: "sqlite3",
  ss: "iproute2",
  strace: "strace",
  systemctl: "systemd",
  "systemd-analyze": "systemd",
  "systemd-sysusers": "systemd",
  tc: "iproute2",
  tshark: "tshark",
  zsh: "zsh",
} as const;

/** A program that not every machine has. */
export type Program = keyof typeof PACKAGES;

/** Debian's packages of those programs that are missing. */
export function missingPackages(programs: readonly Program[]): string[] {
  const missing = programs.filter((program) => !installed(program));
  return [...new Set(missing.map((program) => PACKAGES[program]))];
}

/** What a skipped test's name ends with; the summary of `deno task test` shows it. */
export const REASON = / \(needs ([^()]+)\)$/;

/** A test that is skipped, with the reason in its name, where one of these programs is missing. */
export function needing(
  programs: readonly Program[],
  definition: Deno.TestDefinition,
): Deno.TestDefinition {
  const missing = programs.filter((program) => !installed(program));
  return missing.length === 0 ? definition : skipped(definition, missing.join(", "));
}

/** A test that is skipped for a reason, such as `a CPU with AMX`; undefined for none. */
export function skipping(
  reason: string | undefined,
  definition: Deno.TestDefinition,
): Deno.TestDefinition {
  return reason === undefined ? definition : skipped(definition, reason);
}

function skipped(definition: Deno.TestDefinition, reason: string): Deno.TestDefinition {
  return { ...definition, name: `${definition.name} (needs ${reason})`, ignore: true };
}
