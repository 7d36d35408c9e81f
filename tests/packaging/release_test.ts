/** The artefacts of `deno task release`: each is unpacked, started or read. */
import { Ajv } from "ajv";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { architectureOf, ARCHITECTURES } from "../../packaging/release/architecture.ts";
import { compileProgram } from "../../packaging/release/compile_program.ts";
import { type Outcome, release } from "../../packaging/release/release.ts";
import { withFolder } from "../cli/process.ts";
import { baseFolder, bundled, compiledObstacle } from "../compiled/build.ts";
import { runCommand } from "../lab/process.ts";
import { needing, skipping } from "../needs.ts";
import { SPDX_SCHEMA } from "./spdx_schema.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const { version, tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
const task: string = tasks.compile.command;
const NAME = `pppoe-proxy-${version}`;
/** e_machine of ARM64, and where it is in an ELF file (elf(5)). */
const ARM64 = 183;
const MACHINE_AT = 18;

/** A date, as where there is no Git to ask for that of the last commit. */
const DATE = "1700000000";

/** Makes a release; `bases` are the base binaries. */
async function make(output: string, deno: string, bases: string[]): Promise<Outcome> {
  const before = Deno.env.get("SOURCE_DATE_EPOCH");
  Deno.env.set("SOURCE_DATE_EPOCH", before ?? DATE);
  try {
    const compiler = { deno, bases };
    return await release({ root: ROOT, bundle: bundled, output, compiler, quick: true });
  } finally {
    if (before === undefined) Deno.env.delete("SOURCE_DATE_EPOCH");
  }
}

/** The base binary as it is, and a copy that claims to be for ARM64. */
async function bases(folder: string): Promise<string[]> {
  const [base, other] = [`${baseFolder()}/denort`, `${folder}/denort`];
  const bytes = await Deno.readFile(base);
  bytes[MACHINE_AT] = ARM64;
  await Deno.writeFile(other, bytes);
  return [other, base];
}

const whole: Deno.TestDefinition = {
  name: "a release has program and packages for each architecture, the bundle, and lists of all",
  fn: () =>
    withFolder(async (folder) => {
      const output = `${folder}/dist`;
      const { made, missing } = await make(output, `${baseFolder()}/deno`, await bases(folder));
      assertEquals(missing, []);
      const programs = ["x86_64", "aarch64"].map((name) => `${NAME}-linux-${name}`);
      const packages = [
        ...["amd64", "arm64"].map((name) => `pppoe-proxy_${version}_${name}.deb`),
        ...["x86_64", "aarch64"].map((name) => `${NAME}-1.${name}.rpm`),
      ];
      const lists = ["js.tar.gz", "notices.txt", "spdx.json"].map((kind) => `${NAME}.${kind}`);
      assertEquals(made, [...programs, ...packages, ...lists, "SHA256SUMS"]);
      assertEquals(
        programs.map((name) => architectureOf(`${output}/${name}`)?.name),
        ["x86_64", "aarch64"],
      );
      const text = await runCommand(`${output}/${programs[0]}`, "version");
      assertStringIncludes(text, version);
      const sums = await new Deno.Command("sha256sum", {
        args: ["--check", "--strict", "SHA256SUMS"],
        cwd: output,
      }).output();
      assertEquals(
        new TextDecoder().decode(sums.stdout).trim().split("\n"),
        made.slice(0, -1).toSorted().map((name) => `${name}: OK`),
      );
      await checkSpdx(output);
      const notices = await Deno.readTextFile(`${output}/${NAME}.notices.txt`);
      for (const part of ["Deno 2.8.2", "V8 14.", "    rustls ", "    hono "]) {
        assertStringIncludes(notices, part);
      }
    }),
};
Deno.test(skipping(compiledObstacle, needing(["dpkg-deb", "rpmbuild"], whole)));

/** The document agrees with SPDX 2.3, with the bundle, with deno.lock and with the files. */
async function checkSpdx(output: string): Promise<void> {
  const document = JSON.parse(await Deno.readTextFile(`${output}/${NAME}.spdx.json`));
  const validate = new Ajv({ allErrors: true }).compile(SPDX_SCHEMA);
  assertEquals([validate(document), validate.errors], [true, null]);
  const { packages, files, relationships } = document;
  const ids: string[] = [...packages, ...files].map(({ SPDXID }) => SPDXID);
  assertEquals(ids.length, new Set(ids).size, "identifiers are unique");
  const known = new Set([...ids, "SPDXRef-DOCUMENT"]);
  for (const { spdxElementId, relatedSpdxElement } of relationships) {
    assert(known.has(spdxElementId) && known.has(relatedSpdxElement), relatedSpdxElement);
  }
  const related = new Set(
    relationships.map((one: Record<string, string>) => one.relatedSpdxElement),
  );
  const isFile = (id: string): boolean => id.startsWith("SPDXRef-File-");
  assertEquals(ids.filter((id) => !related.has(id) && !isFile(id)), [], "all belong somewhere");
  const named = (name: string) => packages.find((one: { name: string }) => one.name === name);
  assertEquals([named("deno").versionInfo, named("deno").licenseDeclared], ["2.8.2", "MIT"]);
  for (const name of ["v8", "rustls", "quinn-proto", "rusqlite"]) {
    assertMatch(named(name).versionInfo, /^\d+\.\d+\.\d+/);
  }
  const { npm } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.lock`));
  const { versionInfo, checksums: [sum] } = named("hono");
  const locked = npm[`hono@${versionInfo}`].integrity.replace("sha512-", "");
  assertEquals(sum.checksumValue, Uint8Array.fromBase64(locked).toHex());
  for (const { fileName, checksums } of files) {
    const [line] = (await runCommand("sha1sum", `${output}/${fileName}`)).split(" ");
    assertEquals(checksums[0].checksumValue, line);
  }
}

Deno.test(skipping(compiledObstacle, {
  name: "what cannot be made is missing with the reason, and the rest is made without it",
  fn: () =>
    withFolder(async (folder) => {
      // Of an earlier release, in the same place.
      for (const name of [`${NAME}-linux-x86_64`, "pppoe-proxy_0.0.9_amd64.deb"]) {
        await Deno.writeTextFile(`${folder}/${name}`, "old");
      }
      const { made, missing } = await make(folder, "/bin/false", []);
      assertEquals(missing.map((line) => line.split(":")[0]), [
        `${NAME}-linux-x86_64`,
        `${NAME}-linux-aarch64`,
        ...["deb for x86_64", "deb for aarch64", "rpm for x86_64", "rpm for aarch64"],
      ]);
      for (const line of missing.slice(0, 2)) assertStringIncludes(line, "--denort PATH");
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), made.toSorted());
      const document = JSON.parse(await Deno.readTextFile(`${folder}/${NAME}.spdx.json`));
      const names = document.packages.map(({ name }: { name: string }) => name);
      assert(names.includes("hono") && !names.includes("deno"), "it has no Deno inside");
    }),
}));

Deno.test(skipping(compiledObstacle, {
  name: "a program that does not start is not released, such as one of two versions of Deno",
  fn: () =>
    withFolder(async (folder) => {
      const [x86] = ARCHITECTURES;
      assert(x86?.name === "x86_64");
      const program = `${folder}/program`;
      const compiler = { deno: Deno.execPath(), bases: [`${baseFolder()}/denort`] };
      const compiling = compileProgram(task, bundled, x86, compiler, program);
      await assertRejects(() => compiling, Error, "must be that of the Deno that compiles");
      await assertRejects(() => Deno.stat(program), Deno.errors.NotFound);
    }),
}));

Deno.test(skipping(compiledObstacle, {
  name: "a program for another machine than the wanted one is not released",
  fn: () =>
    withFolder(async (folder) => {
      // Compiles with the wrong base, whatever it is asked for.
      const deno = `${folder}/deno`;
      const real = baseFolder();
      const script = `#!/bin/sh\nDENORT_BIN=${real}/denort exec ${real}/deno "$@"\n`;
      await Deno.writeTextFile(deno, script, { mode: 0o755 });
      const [, aarch64] = ARCHITECTURES;
      assert(aarch64?.name === "aarch64");
      const program = `${folder}/program`;
      const compiling = compileProgram(task, bundled, aarch64, { deno, bases: [] }, program);
      await assertRejects(() => compiling, Error, "made a program for x86_64");
      await assertRejects(() => Deno.stat(program), Deno.errors.NotFound);
    }),
}));
