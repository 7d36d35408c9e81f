/** Installs the programs that the tests use, on Debian and its derivatives. */
import { installed } from "./lab/process.ts";
import { PACKAGES, type Program } from "./needs.ts";

/** Packages that are not detected by a program. */
const FURTHER = ["libc6-dev", "procps"];
/** A mirror may fail for a moment, and other work may hold dpkg's lock, here for 300 s at most. */
const APT_PATIENCE = ["-o", "Acquire::Retries=5", "-o", "DPkg::Lock::Timeout=300"];

/** Debian packages of the optional programs. */
export function peerPackages(): string[] {
  const packages = Object.values(PACKAGES).flatMap((names) => names.split(" "));
  return [...new Set([...packages, ...FURTHER])].sort();
}

/** Installs missing packages. Throws an Error that says what to do if that fails. */
export async function installPeers(): Promise<void> {
  const programs = Object.keys(PACKAGES) as Program[];
  if (programs.every((program) => installed(program)) && await present(FURTHER)) return;
  const packages = peerPackages();
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (!installed("apt-get")) {
    throw new Error(
      `Cannot install packages: apt-get not found; install these: ${packages.join(" ")}`,
    );
  }
  if (Deno.uid() !== 0) {
    throw new Error(`Cannot install packages: not root; run \`${command}\` as root`);
  }
  await aptGet("update");
  await aptGet("install", "--yes", "--no-install-recommends", ...packages);
}

async function present(packages: readonly string[]): Promise<boolean> {
  const command = new Deno.Command("dpkg", {
    args: ["--status", ...packages],
    stdout: "null",
    stderr: "null",
  });
  const { success } = await Promise.try(() => command.output()).catch(() => ({ success: false }));
  return success;
}

async function aptGet(...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("apt-get", {
    args: ["--quiet", ...APT_PATIENCE, ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot install packages: apt-get ${args[0]} failed:\n${said}`);
}
