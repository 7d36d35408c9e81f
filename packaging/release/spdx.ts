/** The list of what a release is made of, as an SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3/). */
import { createHash } from "node:crypto";
import type { Package } from "./contents.ts";
import type { Runtime } from "./runtime.ts";

/** A file of the release. */
export interface Artefact {
  readonly name: string;
  readonly sha1: string;
  readonly sha256: string;
  /** Whether Deno is inside. */
  readonly compiled: boolean;
}

/** What a document describes. */
export interface Release {
  readonly version: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly packages: readonly Package[];
  /** Of the compiled programs; undefined if there are none. */
  readonly runtime: Runtime | undefined;
  readonly artefacts: readonly Artefact[];
}

interface ExternalReference {
  referenceCategory: string;
  referenceType: string;
  referenceLocator: string;
}

/** Clause 7 of SPDX 2.3: what is known without an examination of the package's files. */
interface SpdxPackage {
  SPDXID: string;
  name: string;
  versionInfo: string;
  downloadLocation: string;
  filesAnalyzed: false;
  licenseDeclared: string;
  licenseConcluded: string;
  copyrightText: string;
  primaryPackagePurpose?: "APPLICATION" | "LIBRARY";
  checksums?: { algorithm: string; checksumValue: string }[];
  externalRefs?: ExternalReference[];
  comment?: string;
}

interface Relationship {
  spdxElementId: string;
  relationshipType: "DESCRIBES" | "CONTAINS" | "GENERATED_FROM";
  relatedSpdxElement: string;
}

const UNKNOWN = "NOASSERTION";
const DOCUMENT = "SPDXRef-DOCUMENT";
const PROGRAM = "SPDXRef-Package-pppoe-proxy";
const DENO = "SPDXRef-Package-deno";

/** Returns the document; the same release gives the same one. */
export function spdxDocument(release: Release): Record<string, unknown> {
  const { version, packages, runtime, artefacts } = release;
  const libraries = packages.map(describePackage);
  const inside = runtime === undefined ? [] : describeRuntime(runtime);
  const files = artefacts.map(describeFile);
  const relationships: Relationship[] = [
    relate(DOCUMENT, "DESCRIBES", PROGRAM),
    ...libraries.map(({ SPDXID }) => relate(PROGRAM, "CONTAINS", SPDXID)),
    ...inside.slice(1).map(({ SPDXID }) => relate(DENO, "CONTAINS", SPDXID)),
    ...artefacts.flatMap(({ compiled }, at) => {
      const { SPDXID = "" } = files[at] ?? {};
      const made = relate(SPDXID, "GENERATED_FROM", PROGRAM);
      return compiled && runtime ? [made, relate(SPDXID, "CONTAINS", DENO)] : [made];
    }),
  ];
  const parts = {
    packages: [describeProgram(release), ...libraries, ...inside],
    files,
    relationships,
  };
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: DOCUMENT,
    name: `pppoe-proxy-${version}`,
    documentNamespace: `https://spdx.org/spdxdocs/pppoe-proxy-${version}-${digest(parts)}`,
    creationInfo: {
      created: new Date(release.time * 1_000).toISOString().replace(/\.\d+Z$/, "Z"),
      creators: [`Tool: pppoe-proxy-release-${version}`],
    },
    ...parts,
  };
}

function digest(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function relate(
  spdxElementId: string,
  relationshipType: Relationship["relationshipType"],
  relatedSpdxElement: string,
): Relationship {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

/** An identifier of letters, digits, dots and hyphens (clause 7.2). */
function identifier(...words: string[]): string {
  return `SPDXRef-${words.join("-").replace(/[^A-Za-z0-9.-]+/g, "-")}`;
}

function describeProgram({ version }: Release): SpdxPackage {
  return {
    SPDXID: PROGRAM,
    name: "pppoe-proxy",
    versionInfo: version,
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    licenseDeclared: "MIT",
    licenseConcluded: "MIT",
    copyrightText: UNKNOWN,
    primaryPackagePurpose: "APPLICATION",
  };
}

function describePackage(one: Package): SpdxPackage {
  const { registry, name, version, licence, copyright, sha512 } = one;
  const base = name.replace(/^@[^/]+\//, "");
  const archive = `https://registry.npmjs.org/${name}/-/${base}-${version}.tgz`;
  const described: SpdxPackage = {
    SPDXID: identifier("Package", registry, name, version),
    name,
    versionInfo: version,
    downloadLocation: registry === "npm" ? archive : `https://jsr.io/${name}@${version}`,
    filesAnalyzed: false,
    licenseDeclared: licence ?? UNKNOWN,
    licenseConcluded: UNKNOWN,
    copyrightText: copyright.length === 0 ? UNKNOWN : copyright.join("\n"),
    primaryPackagePurpose: "LIBRARY",
  };
  if (sha512 !== undefined) {
    described.checksums = [{ algorithm: "SHA512", checksumValue: sha512 }];
  }
  if (registry === "npm") {
    described.externalRefs = purl(`pkg:npm/${name.replace("@", "%40")}@${version}`);
  }
  return described;
}

/** Package URL (https://github.com/package-url/purl-spec). */
function purl(referenceLocator: string): ExternalReference[] {
  const referenceCategory = "PACKAGE-MANAGER";
  return [{ referenceCategory, referenceType: "purl", referenceLocator }];
}

/** Deno first, then what is in it. */
function describeRuntime({ deno, v8, crates }: Runtime): SpdxPackage[] {
  const part = (name: string, version: string, more: Partial<SpdxPackage>): SpdxPackage => ({
    SPDXID: identifier("Package", name, version),
    name,
    versionInfo: version,
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    licenseDeclared: UNKNOWN,
    licenseConcluded: UNKNOWN,
    copyrightText: UNKNOWN,
    primaryPackagePurpose: "LIBRARY",
    ...more,
  });
  return [
    part("deno", deno, {
      SPDXID: DENO,
      downloadLocation: `https://github.com/denoland/deno/archive/refs/tags/v${deno}.tar.gz`,
      licenseDeclared: "MIT",
      externalRefs: purl(`pkg:github/denoland/deno@v${deno}`),
      comment:
        "Deno's base binary. Its Rust packages listed here are those that the binary itself names; Cargo.lock of this version of Deno has all.",
    }),
    part("v8", v8, {
      downloadLocation: "https://chromium.googlesource.com/v8/v8",
      licenseDeclared: "BSD-3-Clause",
    }),
    ...crates.map(({ name, version }) =>
      part(name, version, {
        SPDXID: identifier("Package", "cargo", name, version),
        downloadLocation: `https://crates.io/api/v1/crates/${name}/${version}/download`,
        externalRefs: purl(`pkg:cargo/${name}@${version}`),
      })
    ),
  ];
}

function describeFile(
  { name, sha1, sha256 }: Artefact,
): Record<string, unknown> & { SPDXID: string } {
  return {
    SPDXID: identifier("File", name),
    fileName: `./${name}`,
    fileTypes: [/\.(gz|deb|rpm)$/.test(name) ? "ARCHIVE" : "BINARY"],
    checksums: [
      { algorithm: "SHA1", checksumValue: sha1 },
      { algorithm: "SHA256", checksumValue: sha256 },
    ],
    licenseConcluded: UNKNOWN,
    copyrightText: UNKNOWN,
  };
}
