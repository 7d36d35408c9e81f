/** The licences of what a release contains, as one text. */
import type { Package } from "./contents.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Returns the notice of a release. `licences` are the texts of the bundle's packages, `own` is the
 * project's licence; `runtime` is undefined where Deno is not inside.
 */
export function notice(
  version: string,
  own: string,
  packages: readonly Package[],
  licences: string,
  runtime: Runtime | undefined,
): string {
  const listed = packages.map(({ name, version, licence }) =>
    `    ${name} ${version}  ${licence ?? "see its text below"}`
  );
  const parts = [
    `pppoe-proxy ${version}`,
    own.trim(),
    "It contains these packages, whose licences follow:",
    listed.join("\n"),
    ...(runtime === undefined ? [] : [describeRuntime(runtime)]),
    "Licences of the packages",
    licences.trim(),
  ];
  return `${parts.join("\n\n")}\n`;
}

function describeRuntime({ deno, v8, crates }: Runtime): string {
  const names = crates.map(({ name, version }) => `    ${name} ${version}`);
  return `The compiled programs also contain Deno ${deno} (MIT, Copyright the Deno authors,
https://github.com/denoland/deno/blob/v${deno}/LICENSE.md) with V8 ${v8} (BSD-3-Clause,
Copyright the V8 project authors, https://chromium.googlesource.com/v8/v8/+/HEAD/LICENSE).
Deno's program names these Rust packages in it; https://crates.io has the licence of each,
and Cargo.lock of this version of Deno names the rest:

${names.join("\n")}`;
}
