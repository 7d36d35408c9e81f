import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { controlFile, packageVersion } from "../../packaging/deb/control.ts";
import { copyrightFile, readLicences } from "../../packaging/deb/copyright.ts";
import { makeDeb } from "../../packaging/deb/make.ts";
import { readElf } from "../../packaging/linux/elf.ts";
import { includeScripts } from "../../packaging/linux/scripts.ts";
import { withFolder } from "../cli/process.ts";
import { compiled, compiledObstacle } from "../compiled/build.ts";
import { runCommand } from "../lab/process.ts";
import { needing, type Program, skipping } from "../needs.ts";
import { requestOf } from "./package_request.ts";

const ELF = {
  machine: "x86_64",
  libraries: ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"],
  glibc: "2.27",
} as const;

/** Files outside /usr/share/doc. */
const FILES = `
-rwxr-xr-x root/root ./usr/bin/pppoe-proxy
-rw-r--r-- root/root ./usr/lib/systemd/system/pppoe-proxy.service
-rw-r--r-- root/root ./usr/lib/systemd/system/pppoe-proxy@.service
-rw-r--r-- root/root ./usr/lib/sysusers.d/pppoe-proxy.conf
-rw-r--r-- root/root ./usr/lib/tmpfiles.d/pppoe-proxy.conf
-rw-r--r-- root/root ./usr/share/bash-completion/completions/pppoe-proxy
-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/pppoe-proxy.fish
-rw-r--r-- root/root ./usr/share/lintian/overrides/pppoe-proxy
-rw-r--r-- root/root ./usr/share/man/man5/pppoe-proxy.toml.5.gz
-rw-r--r-- root/root ./usr/share/man/man7/pppoe-proxy-protocol.7.gz
-rw-r--r-- root/root ./usr/share/man/man8/pppoe-proxy.8.gz
-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_pppoe-proxy`.trim().split("\n");
/** Some of the documents. */
const DOCUMENTS = [
  ...["copyright", "changelog.gz", "CHANGELOG.md.gz", "examples/config.example.toml"],
  ...["docs/operations.md", "docs/install.md", "docs/recipes/nat/server.toml"],
];

Deno.test("versions of packages sort before a release if they are candidates for it", () => {
  assertEquals(packageVersion("1.2.3"), "1.2.3");
  assertEquals(packageVersion("1.2.3-rc.1"), "1.2.3~rc.1");
  assertEquals(packageVersion("1.2.3+git.5"), "1.2.3+git.5");
  assertThrows(() => packageVersion("1.2"), Error, "Not a semantic version: 1.2");
});

Deno.test("the control file has the dependencies of the program, and refuses unknown ones", () => {
  const text = controlFile("1.2.3", ELF, 2_000_000);
  assertStringIncludes(text, "\nArchitecture: amd64\n");
  assertStringIncludes(text, "\nDepends: libc6 (>= 2.27), libgcc-s1, systemd |");
  assertStringIncludes(text, "\nInstalled-Size: 1954\n");
  assertStringIncludes(controlFile("1.2.3", { ...ELF, machine: "aarch64" }, 1), ": arm64\n");
  const libraries = [...ELF.libraries, "libfoo.so.3"];
  assertThrows(() => controlFile("1.2.3", { ...ELF, libraries }, 1), Error, "libfoo.so.3");
});

Deno.test("the facts of a program are read from its ELF file", async () => {
  const { machine, libraries, glibc } = readElf(await Deno.readFile(Deno.execPath()));
  assertEquals(machine, Deno.build.arch);
  assert(libraries.includes("libc.so.6"), libraries.join(" "));
  assert(/^2\.\d+$/.test(glibc), glibc);
  assertThrows(() => readElf(new TextEncoder().encode("#!/bin/sh\n".repeat(10))), Error, "ELF");
});

Deno.test("the copyright file names each package with its licence", () => {
  const mit = "MIT License\n\nCopyright (c) 2020 A\n\nPermission is hereby granted, free of charge";
  const apache = "Apache License\nVersion 2.0\n\nCopyright 2021 B";
  const licences = readLicences(`a 1.0.0\n@b/c 2.0.0\n\n${mit}\n\n\nd 3.0.0\n\n${apache}\n`);
  assertEquals(licences.map(({ packages }) => packages), [["a 1.0.0", "@b/c 2.0.0"], ["d 3.0.0"]]);
  const text = copyrightFile(mit, licences);
  assertStringIncludes(
    text,
    "Files: npm/a-1.0.0/*\n npm/@b/c-2.0.0/*\nCopyright: (c) 2020 A\nLicense: Expat\n",
  );
  assertStringIncludes(
    text,
    "Files: npm/d-3.0.0/*\nCopyright: 2021 B\nLicense: Apache-2.0\n On Debian",
  );
});

Deno.test("the scripts of packages are valid, with what they include", async () => {
  const folder = new URL("../../packaging/deb/scripts/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    const text = includeScripts(await Deno.readTextFile(new URL(name, folder)));
    assert(!text.includes("@include"), name);
    assertStringIncludes(text, "manage() {");
    await runCommand("sh", "-n", "-c", text);
  }
});

async function digest(path: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
}

Deno.test(needing(["dpkg-deb"], {
  name: "the same sources make the same Debian package, in another folder and later",
  fn: () =>
    withFolder(async (folder) => {
      const small = {
        ...requestOf(folder),
        program: "/bin/true",
        licences: `${folder}/licences.txt`,
      };
      await Deno.writeTextFile(small.licences, "a 1.0.0\n\nMIT License\n");
      const first = await makeDeb(small);
      const second = await makeDeb({ ...small, folder: `${folder}/other` });
      assertEquals(await digest(first), await digest(second));
    }),
}));

/** Defines a test of a package of the compiled program. */
function testPackage(
  name: string,
  programs: readonly Program[],
  fn: (path: string) => Promise<void>,
) {
  const definition = {
    name: `compiled: ${name}`,
    fn: () => withFolder(async (folder) => await fn(await makeDeb(requestOf(folder)))),
  };
  Deno.test(skipping(compiledObstacle, needing(["dpkg-deb", ...programs], definition)));
}

testPackage("the Debian package has the program and all that belongs to it", [], async (path) => {
  assertEquals(path.split("/").at(-1), "pppoe-proxy_0.1.0_amd64.deb");
  const listing = (await runCommand("dpkg-deb", "--contents", path)).trim().split("\n")
    .filter((line) => !line.endsWith("/"))
    .map((line) => line.replace(/^(\S+) (\S+) .* (\S+)$/, "$1 $2 $3"));
  const isDocument = (line: string) => line.includes(" ./usr/share/doc/pppoe-proxy/");
  assertEquals(listing.filter((line) => !isDocument(line)).toSorted(), FILES.toSorted());
  const documents = listing.filter(isDocument);
  for (const name of DOCUMENTS) {
    assert(documents.includes(`-rw-r--r-- root/root ./usr/share/doc/pppoe-proxy/${name}`), name);
  }
  const root = await Deno.makeTempDir({ dir: dirname(path) });
  await runCommand("dpkg-deb", "--extract", path, root);
  const read = (name: string) => Deno.readTextFile(`${root}/usr/${name}`);
  assertEquals(await digest(`${root}/usr/bin/pppoe-proxy`), await digest(compiled));
  for (const unit of ["pppoe-proxy.service", "pppoe-proxy@.service"]) {
    const text = await read(`lib/systemd/system/${unit}`);
    assertStringIncludes(text, "\nExecStart=/usr/bin/pppoe-proxy run --config /etc/pppoe-proxy/");
    assertStringIncludes(text, "\nExecPaths=/usr/bin/pppoe-proxy ");
    assert(!text.includes("/usr/local/"), unit);
  }
  for (
    const [shell, file] of [
      ["bash", "share/bash-completion/completions/pppoe-proxy"],
      ["zsh", "share/zsh/vendor-completions/_pppoe-proxy"],
      ["fish", "share/fish/vendor_completions.d/pppoe-proxy.fish"],
    ]
  ) {
    const printed = await runCommand(compiled, "completion", shell);
    assert(
      (await read(file)).trimEnd() === printed.trimEnd(),
      `${file} is what the program prints`,
    );
  }
  const page = await Deno.readFile(`${root}/usr/share/man/man8/pppoe-proxy.8.gz`);
  assertEquals(page[8], 2, "compressed with gzip -9");
  assertStringIncludes(new TextDecoder().decode(gunzipSync(page)), '.TH "PPPOE-PROXY" 8');
  const licences = await Deno.readTextFile(requestOf(root).licences);
  const copyright = await read("share/doc/pppoe-proxy/copyright");
  for (const [, name] of licences.matchAll(/^(@?[a-z][\w./-]* \d+\.\d+\.\d+\S*)$/gm)) {
    assertStringIncludes(copyright, `npm/${name.replace(" ", "-")}/*`);
  }
});

testPackage("lintian has no warnings about the Debian package", ["lintian"], async (path) => {
  const { code, stdout } = await new Deno.Command("lintian", {
    args: ["--allow-root", "--no-cfg", "--fail-on", "error,warning", path],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals([code, said.split("\n").filter((line) => /^[EW]: /.test(line))], [0, []]);
});
