import { gzipSync } from "node:zlib";
import { COMMANDS } from "../../src/cli/commands.ts";
import { bashCompletion } from "../../src/cli/completion/completion_bash.ts";
import { fishCompletion } from "../../src/cli/completion/completion_fish.ts";
import { zshCompletion } from "../../src/cli/completion/completion_zsh.ts";
import type { TreeFile } from "./file_tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const DOC = "/usr/share/doc/pppoe-proxy";
/** Where the units of this repository expect the program, and where a package has it. */
const BY_HAND = "/usr/local/bin/pppoe-proxy";
const PACKAGED = "/usr/bin/pppoe-proxy";
/** Documents for the use of the program; the rest is about its making. */
const NOT_FOR_USERS = /^(images|architecture\.md|dependencies\.md|performance-notes\.md)$/;

/** The files that every package for Linux with systemd has. */
export async function packageContents(program: Uint8Array, zshFolder: string): Promise<TreeFile[]> {
  return [
    { path: PACKAGED, content: program, mode: 0o755 },
    ...await systemdFiles(),
    {
      path: "/usr/share/bash-completion/completions/pppoe-proxy",
      content: bashCompletion(COMMANDS),
    },
    { path: `${zshFolder}/_pppoe-proxy`, content: zshCompletion(COMMANDS) },
    {
      path: "/usr/share/fish/vendor_completions.d/pppoe-proxy.fish",
      content: fishCompletion(COMMANDS),
    },
    ...await manualPages(),
    ...await documents("docs", `${DOC}/docs`),
    { path: `${DOC}/CHANGELOG.md.gz`, content: compress(await read("CHANGELOG.md")) },
    { path: `${DOC}/examples/config.example.toml`, content: await read("config.example.toml") },
  ];
}

/** Compresses without a time or a name, like `gzip -9n`. */
export function compress(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

async function systemdFiles(): Promise<TreeFile[]> {
  const installed = {
    systemd: "systemd/system",
    "sysusers.d": "sysusers.d",
    "tmpfiles.d": "tmpfiles.d",
  };
  const files = Object.entries(installed).flatMap(([folder, target]) =>
    names(`packaging/${folder}`).map(async (name) => ({
      path: `/usr/lib/${target}/${name}`,
      content: (await read(`packaging/${folder}/${name}`)).replaceAll(BY_HAND, PACKAGED),
    }))
  );
  return await Promise.all(files);
}

async function manualPages(): Promise<TreeFile[]> {
  const pages = names("packaging/man").filter((name) => /\.[1-8]$/.test(name));
  return await Promise.all(pages.map(async (name) => ({
    path: `/usr/share/man/man${name.at(-1)}/${name}.gz`,
    content: compress(await read(`packaging/man/${name}`)),
  })));
}

async function documents(folder: string, target: string): Promise<TreeFile[]> {
  const files = names(folder).filter((name) => !NOT_FOR_USERS.test(name)).map(async (name) => {
    const [from, to] = [`${folder}/${name}`, `${target}/${name}`];
    if (Deno.statSync(ROOT + from).isDirectory) return await documents(from, to);
    return [{ path: to, content: await read(from) }];
  });
  return (await Promise.all(files)).flat();
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].map(({ name }) => name).sort();
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(ROOT + path);
}
