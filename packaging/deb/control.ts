import type { ElfFacts } from "../linux/elf.ts";
import { ARCHITECTURES } from "../release/architecture.ts";

/** Who answers for the package; $DEBFULLNAME and $DEBEMAIL replace them, as in dch(1). */
const NAME = Deno.env.get("DEBFULLNAME") ?? "pppoe-proxy authors";
const ADDRESS = Deno.env.get("DEBEMAIL") ?? "pppoe-proxy@users.noreply.github.com";
/** Maintainer in the sense of the Debian policy. */
export const MAINTAINER = `${NAME} <${ADDRESS}>`;

/** Packages with the libraries that a compiled program loads. */
const GLIBC = /^(?:libc|libdl|libm|libpthread|librt|ld-linux-[\w-]+)\.so\.\d+$/;
const LIBGCC = "libgcc_s.so.1";

const DESCRIPTION = `carry PPPoE between Ethernet segments through a TLS or QUIC tunnel
 A client on the customers' segment captures PPPoE frames and sends them through
 one authenticated tunnel; a server on the segment of the access concentrator
 sends them on. Customers dial as if they were on the same segment.
 .
 Sessions outlive the tunnel, a restart and an upgrade of either daemon. The
 daemon needs no privilege but CAP_NET_RAW, isolates customers from each other,
 and has an admin socket, metrics for Prometheus and a web page.
 .
 The package enables and starts nothing: see pppoe-proxy(8), and the examples
 in /usr/share/doc/pppoe-proxy.`;

/** Debian's name of an architecture. */
export function debianArchitecture({ machine }: ElfFacts): string {
  const known = ARCHITECTURES.find(({ name }) => name === machine);
  if (known === undefined) throw new Error(`Debian has no packages for ${machine}`);
  return known.debian;
}

/** A semantic version as Debian and RPM sort it: `1.0.0-rc.1` is older than `1.0.0`. */
export function packageVersion(version: string): string {
  const [, release, candidate, build] = /^(\d+\.\d+\.\d+)(-[\w.]+)?(\+[\w.]+)?$/.exec(version) ??
    [];
  if (release === undefined) throw new Error(`Not a semantic version: ${version}`);
  return release + (candidate?.replace("-", "~") ?? "") + (build ?? "");
}

/** The file `control` (deb-control(5)); `size` in bytes is that of the installed files. */
export function controlFile(version: string, elf: ElfFacts, size: number): string {
  return [
    "Package: pppoe-proxy",
    `Version: ${version}`,
    `Architecture: ${debianArchitecture(elf)}`,
    `Maintainer: ${MAINTAINER}`,
    `Installed-Size: ${Math.ceil(size / 1_024)}`,
    `Depends: ${depends(elf).join(", ")}`,
    "Section: net",
    "Priority: optional",
    `Description: ${DESCRIPTION}`,
    "",
  ].join("\n");
}

/** Throws Error for a library that no package here is known to have. */
function depends({ libraries, glibc }: ElfFacts): string[] {
  const unknown = libraries.filter((name) => !GLIBC.test(name) && name !== LIBGCC);
  if (unknown.length > 0) {
    throw new Error(`The program loads libraries of unknown packages: ${unknown.join(", ")}`);
  }
  return [
    `libc6 (>= ${glibc})`,
    ...libraries.includes(LIBGCC) ? ["libgcc-s1"] : [],
    "systemd | systemd-standalone-sysusers | systemd-sysusers | adduser",
  ];
}
