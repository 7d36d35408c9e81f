/**
 * `deno task rpm`: makes the RPM package in dist/ (packaging/linux/command_line.ts has the options).
 * Needs rpmbuild(8), but neither root nor the machine for which the program is.
 */
import { packageVersion } from "../deb/control.ts";
import { packageFrom, type PackageRequest } from "../linux/command_line.ts";
import { packageContents } from "../linux/contents.ts";
import { readElf } from "../linux/elf.ts";
import { type TreeFile, writeTree } from "../linux/file_tree.ts";
import { includeScripts } from "../linux/scripts.ts";
import { runCommand } from "../release/run_command.ts";

const HERE = new URL(".", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
const ZSH = "/usr/share/zsh/site-functions";
const LICENCES = "/usr/share/licenses/pppoe-proxy";
/** Compression of the payload: small for others, quick for tests. */
const [SMALLEST, QUICKEST] = ["w19.zstdio", "w1.zstdio"];
const RELEASE = "1";

/** Makes the package; returns its path. Throws Error with the reason if that fails. */
export async function makeRpm(request: PackageRequest): Promise<string> {
  const program = await Deno.readFile(request.program);
  const { machine } = readElf(program);
  const version = packageVersion(request.version);
  const files = [...await packageContents(program, ZSH), ...await licences(request.licences)];
  const work = await Deno.makeTempDir({ prefix: "pppoe-proxy-rpm-" });
  try {
    await Deno.mkdir(`${work}/stage`);
    await writeTree(`${work}/stage`, files, request.time);
    await Deno.writeTextFile(`${work}/files`, files.map(listed).join(""));
    const spec = includeScripts(await Deno.readTextFile(`${HERE}pppoe-proxy.spec`));
    await Deno.writeTextFile(`${work}/pppoe-proxy.spec`, spec);
    const level = request.quick ? QUICKEST : SMALLEST;
    await rpmbuild(work, machine, { semver: version, level }, request.time);
    await Deno.mkdir(request.folder, { recursive: true });
    const name = `pppoe-proxy-${version}-${RELEASE}.${machine}.rpm`;
    await Deno.copyFile(`${work}/rpms/${machine}/${name}`, `${request.folder}/${name}`);
    return `${request.folder}/${name}`;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function rpmbuild(
  work: string,
  machine: string,
  values: Record<string, string>,
  time: number,
): Promise<void> {
  const definitions = {
    ...{ _topdir: work, _rpmdir: `${work}/rpms`, stage: `${work}/stage`, list: `${work}/files` },
    ...values,
  };
  const defines = Object.entries(definitions).flatMap(([key, value]) => [
    "--define",
    `${key} ${value}`,
  ]);
  const args = ["-bb", "--target", machine, ...defines, `${work}/pppoe-proxy.spec`];
  await runCommand("rpmbuild", args, { env: { SOURCE_DATE_EPOCH: String(time) } });
}

async function licences(bundled: string): Promise<TreeFile[]> {
  return [
    { path: `${LICENCES}/LICENSE`, content: await Deno.readTextFile(`${ROOT}LICENSE`) },
    { path: `${LICENCES}/third-party.txt`, content: await Deno.readTextFile(bundled) },
  ];
}

/** A line of a list of %files. */
function listed({ path, mode = 0o644 }: TreeFile): string {
  const kind = path.startsWith(LICENCES)
    ? "%license "
    : path.startsWith("/usr/share/doc/")
    ? "%doc "
    : "";
  return `%attr(${mode.toString(8)}, root, root) ${kind}"${path}"\n`;
}

if (import.meta.main) await packageFrom(Deno.args, makeRpm);
