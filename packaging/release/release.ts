/** Makes the artefacts of a release, each by itself: what fails does not stop the others. */
import { basename } from "node:path";
import { makeDeb } from "../deb/make.ts";
import { makeRpm } from "../rpm/make.ts";
import { type Architecture, ARCHITECTURES } from "./architecture.ts";
import { checksum, checksums } from "./checksum.ts";
import { compileProgram, type Compiler, runOptions } from "./compile_program.ts";
import { type Package, packagesIn } from "./contents.ts";
import { packJavaScript } from "./javascript.ts";
import { readKnown } from "./known.ts";
import { notice } from "./notice.ts";
import { readRuntime, type Runtime } from "./runtime.ts";
import { sourcesDate } from "./sources_date.ts";
import { type Artefact, spdxDocument } from "./spdx.ts";

/** What a release is made from. */
export interface Ingredients {
  /** The project's folder. */
  root: string;
  /** The folder of the bundled program (packaging/bundle.ts). */
  bundle: string;
  /** Folder for the artefacts. */
  output: string;
  compiler: Compiler;
  /** Whether to compress packages little. */
  quick: boolean;
}

/** Kinds of packages, and what makes them; they return the path. */
const PACKAGES = { deb: makeDeb, rpm: makeRpm } as const;

/** What came of it: file names, and what is missing with the reason. */
export interface Outcome {
  made: string[];
  missing: string[];
}

/** Makes all artefacts and the lists of them. Throws Error if nothing can be made at all. */
export async function release(ingredients: Ingredients): Promise<Outcome> {
  const { root, bundle, output } = ingredients;
  const { version, tasks } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const maker = new Maker(ingredients, version, tasks.compile.command);
  const time = await sourcesDate(root);
  const packages = packagesIn(bundle, await readKnown(root, "main.ts"));
  await Deno.mkdir(output, { recursive: true });
  for (const architecture of ARCHITECTURES) await maker.compile(architecture);
  const runtime = await maker.runtime();
  for (const kind of ["deb", "rpm"] as const) await maker.packages(kind, time);
  await maker.pack(packages, time);
  await maker.write(`${maker.name}.notices.txt`, await maker.notice(packages, runtime));
  const artefacts = await maker.artefacts();
  const document = spdxDocument({ version, time, packages, runtime, artefacts });
  await maker.write(`${maker.name}.spdx.json`, `${JSON.stringify(document, null, 2)}\n`);
  await maker.write("SHA256SUMS", await checksums(output, maker.made));
  return { made: maker.made, missing: maker.missing };
}

class Maker {
  readonly made: string[] = [];
  readonly missing: string[] = [];
  readonly name: string;
  readonly #from: Ingredients;
  readonly #version: string;
  readonly #task: string;
  readonly #compiled: string[] = [];
  /** Names of artefacts with Deno inside. */
  readonly #withDeno = new Set<string>();

  /** `task` is the command of the task `compile`. */
  constructor(from: Ingredients, version: string, task: string) {
    [this.#from, this.#version, this.#task] = [from, version, task];
    this.name = `pppoe-proxy-${version}`;
  }

  /** Makes the single file for an architecture. */
  async compile(architecture: Architecture): Promise<void> {
    const { bundle, compiler } = this.#from;
    const name = `${this.name}-linux-${architecture.name}`;
    await this.#make(
      name,
      (path) => compileProgram(this.#task, bundle, architecture, compiler, path),
    );
    if (!this.made.includes(name)) return;
    this.#compiled.push(name);
    this.#withDeno.add(name);
  }

  /** Makes the packages of a kind, from each compiled program. */
  async packages(kind: keyof typeof PACKAGES, time: number): Promise<void> {
    const { bundle, output, quick } = this.#from;
    for (const { name } of Deno.readDirSync(output)) {
      if (name.endsWith(`.${kind}`)) await Deno.remove(`${output}/${name}`);
    }
    for (const architecture of ARCHITECTURES) {
      const program = `${this.name}-linux-${architecture.name}`;
      const request = { program: `${output}/${program}`, licences: `${bundle}/licences.txt` };
      const rest = { version: this.#version, time, folder: output, quick };
      await this.#attempt(`${kind} for ${architecture.name}`, async () => {
        if (!this.#compiled.includes(program)) throw new Error("there is no program for it");
        const name = basename(await PACKAGES[kind]({ ...request, ...rest }));
        this.#withDeno.add(name);
        return name;
      });
    }
  }

  /** What is in the compiled programs; undefined if there are none. */
  async runtime(): Promise<Runtime | undefined> {
    const { output, compiler } = this.#from;
    const [program] = this.#compiled;
    if (program === undefined) return undefined;
    return await readRuntime(compiler.deno, `${output}/${program}`);
  }

  /** Packs the bundle for hosts with Deno. */
  async pack(packages: readonly Package[], time: number): Promise<void> {
    const { root, bundle } = this.#from;
    const [options, notices] = [runOptions(this.#task), await this.notice(packages, undefined)];
    await this.#make(
      `${this.name}.js.tar.gz`,
      (path) => packJavaScript(path, { root, bundle, name: this.name, options, notices, time }),
    );
  }

  /** The text of a NOTICE. */
  async notice(packages: readonly Package[], runtime: Runtime | undefined): Promise<string> {
    const { root, bundle } = this.#from;
    const licences = await Deno.readTextFile(`${bundle}/licences.txt`);
    const own = await Deno.readTextFile(`${root}/LICENSE`);
    return notice(this.#version, own, packages, licences, runtime);
  }

  /** What has been made so far, with checksums. */
  artefacts(): Promise<Artefact[]> {
    return Promise.all(this.made.map(async (name) => {
      const path = `${this.#from.output}/${name}`;
      const [sha1, sha256] = [await checksum(path, "sha1"), await checksum(path)];
      return { name, sha1, sha256, compiled: this.#withDeno.has(name) };
    }));
  }

  async write(name: string, text: string): Promise<void> {
    await this.#make(name, (path) => Deno.writeTextFile(path, text));
  }

  async #make(name: string, making: (path: string) => Promise<void>): Promise<void> {
    const path = `${this.#from.output}/${name}`;
    // What an earlier run made must not pass for this one's.
    await Deno.remove(path).catch(() => undefined);
    await this.#attempt(name, async () => {
      await making(path);
      return name;
    });
  }

  /** Notes the name of what is made, or `what` is missing and why. */
  async #attempt(what: string, making: () => Promise<string>): Promise<void> {
    try {
      this.made.push(await making());
    } catch (error) {
      this.missing.push(`${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
}
