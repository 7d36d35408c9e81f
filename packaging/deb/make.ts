/**
 * `deno task deb`: makes the Debian package in dist/ (packaging/linux/command_line.ts has the
 * options). Needs dpkg-deb(1), but neither root nor the machine for which the program is.
 */
import { createHash } from "node:crypto";
import { packageFrom, type PackageRequest } from "../linux/command_line.ts";
import { compress, packageContents } from "../linux/contents.ts";
import { readElf } from "../linux/elf.ts";
import { type TreeFile, writeTree } from "../linux/file_tree.ts";
import { includeScripts } from "../linux/scripts.ts";
import { runCommand } from "../release/run_command.ts";
import { debianChangelog } from "./changelog.ts";
import { controlFile, debianArchitecture, packageVersion } from "./control.ts";
import { copyrightFile, readLicences } from "./copyright.ts";

const HERE = new URL(".", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
const DOC = "/usr/share/doc/pppoe-proxy";
const ZSH = "/usr/share/zsh/vendor-completions";
const SCRIPTS = ["postinst", "prerm", "postrm"];
/** Compression: small for others, quick for tests. */
const [SMALLEST, QUICKEST] = [["-Zxz", "-z6"], ["-Zgzip", "-z1"]];

/** Makes the package; returns its path. Throws Error with the reason if that fails. */
export async function makeDeb(request: PackageRequest): Promise<string> {
  const program = await Deno.readFile(request.program);
  const elf = readElf(program);
  const version = packageVersion(request.version);
  const files = [
    ...await packageContents(program, ZSH),
    ...await debianFiles(request.licences, version, request.time),
  ];
  const control = await controlFiles(files, controlFile(version, elf, sizeOf(files)));
  const target = `${request.folder}/pppoe-proxy_${version}_${debianArchitecture(elf)}.deb`;
  const stage = await Deno.makeTempDir({ prefix: "pppoe-proxy-deb-" });
  try {
    await writeTree(stage, [...files, ...control], request.time);
    const level = request.quick ? QUICKEST : SMALLEST;
    await Deno.mkdir(request.folder, { recursive: true });
    const args = ["--root-owner-group", ...level, "--build", stage, target];
    await runCommand("dpkg-deb", args, { env: { SOURCE_DATE_EPOCH: String(request.time) } });
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
  return target;
}

/** What only Debian's package has. */
async function debianFiles(licences: string, version: string, time: number): Promise<TreeFile[]> {
  const own = await Deno.readTextFile(`${ROOT}LICENSE`);
  const copyright = copyrightFile(own, readLicences(await Deno.readTextFile(licences)));
  return [
    { path: `${DOC}/copyright`, content: copyright },
    { path: `${DOC}/changelog.gz`, content: compress(debianChangelog(version, time)) },
    {
      path: "/usr/share/lintian/overrides/pppoe-proxy",
      content: await Deno.readTextFile(`${HERE}lintian-overrides`),
    },
  ];
}

async function controlFiles(files: readonly TreeFile[], control: string): Promise<TreeFile[]> {
  const sums = files.toSorted((one, other) => one.path < other.path ? -1 : 1)
    .map(({ path, content }) =>
      `${createHash("md5").update(content).digest("hex")}  ${path.slice(1)}\n`
    );
  const scripts = SCRIPTS.map(async (name) => ({
    path: `/DEBIAN/${name}`,
    content: includeScripts(await Deno.readTextFile(`${HERE}scripts/${name}`)),
    mode: 0o755,
  }));
  return [
    { path: "/DEBIAN/control", content: control },
    { path: "/DEBIAN/md5sums", content: sums.join("") },
    ...await Promise.all(scripts),
  ];
}

function sizeOf(files: readonly TreeFile[]): number {
  return files.reduce((sum, { content }) => sum + content.length, 0);
}

if (import.meta.main) await packageFrom(Deno.args, makeDeb);
