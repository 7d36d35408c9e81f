/** Optional programs of the tests: a test that needs a missing one is skipped with the reason. */
import { installed } from "./lab/process.ts";

/** Debian packages by program. Deno, sh, coreutils and util-linux are assumed to be installed. */
export const PACKAGES = {
  bash: "bash",
  buildah: "buildah",
  caddy: "caddy",
  capinfos: "tshark",
  cc: "gcc libc6-dev",
  chromium: "chromium",
  "dpkg-deb": "dpkg",
  fish: "fish",
  git: "git",
  groff: "groff",
  ip: "iproute2",
  iperf3: "iperf3",
  journalctl: "systemd",
  "linux.uml": "user-mode-linux",
  lintian: "lintian",
  man: "man-db",
  modprobe: "kmod",
  "musl-gcc": "musl-tools",
  nft: "nftables",
  nginx: "nginx-light",
  "nix-instantiate": "nix-bin",
  openssl: "openssl",
  openvpn: "openvpn",
  ping: "iputils-ping",
  pppd: "ppp",
  "pppoe-discovery": "ppp",
  "pppoe-server": "pppoe",
  pppoe: "pppoe",
  promtool: "prometheus",
  python3: "python3",
  rpm: "rpm",
  rpmbuild: "rpm",
  script: "bsdutils",
  setcap: "libcap2-bin",
  socat: "socat",
  sqlite3: "sqlite3",
  ss: "iproute2",
  strace: "strace",
  tar: "tar",
  systemctl: "systemd",
  "systemd-analyze": "systemd",
  "systemd-sysusers": "systemd",
  "systemd-tmpfiles": "systemd",
  tc: "iproute2",
  tshark: "tshark",
  zsh: "zsh",
} as const;

/** An optional program. */
export type Program = keyof typeof PACKAGES;

/** Debian packages of the missing programs. */
export function missingPackages(programs: readonly Program[]): string[] {
  const missing = programs.filter((program) => !installed(program));
  return [...new Set(missing.map((program) => PACKAGES[program]))];
}

/** The reason at the end of a skipped test's name, for the summary of `deno task test`. */
export const REASON = / \(needs ([^()]+)\)$/;

/** Skips a test if one of these programs is missing, with the reason in its name. */
export function needing(
  programs: readonly Program[],
  definition: Deno.TestDefinition,
): Deno.TestDefinition {
  const missing = programs.filter((program) => !installed(program));
  return missing.length === 0 ? definition : skipped(definition, missing.join(", "));
}

/** Skips a test if it lacks something, such as `a CPU with AMX`; undefined runs it. */
export function skipping(
  reason: string | undefined,
  definition: Deno.TestDefinition,
): Deno.TestDefinition {
  return reason === undefined ? definition : skipped(definition, reason);
}

function skipped(definition: Deno.TestDefinition, reason: string): Deno.TestDefinition {
  return { ...definition, name: `${definition.name} (needs ${reason})`, ignore: true };
}
