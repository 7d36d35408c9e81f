import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeRpm } from "../../packaging/rpm/make.ts";
import { withFolder } from "../cli/process.ts";
import { compiled, compiledObstacle } from "../compiled/build.ts";
import { runCommand } from "../lab/process.ts";
import { needing, skipping } from "../needs.ts";
import { requestOf } from "./package_request.ts";

/** Files outside /usr/share/doc. */
const FILES = [
  "-rwxr-xr-x root root /usr/bin/pppoe-proxy",
  ...[
    "lib/systemd/system/pppoe-proxy.service",
    "lib/systemd/system/pppoe-proxy@.service",
    "lib/sysusers.d/pppoe-proxy.conf",
    "lib/tmpfiles.d/pppoe-proxy.conf",
    "share/bash-completion/completions/pppoe-proxy",
    "share/fish/vendor_completions.d/pppoe-proxy.fish",
    "share/licenses/pppoe-proxy/LICENSE",
    "share/licenses/pppoe-proxy/third-party.txt",
    "share/man/man5/pppoe-proxy.toml.5.gz",
    "share/man/man7/pppoe-proxy-protocol.7.gz",
    "share/man/man8/pppoe-proxy.8.gz",
    "share/zsh/site-functions/_pppoe-proxy",
  ].map((path) => `-rw-r--r-- root root /usr/${path}`),
];

async function digest(path: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
}

const definition: Deno.TestDefinition = {
  name: "compiled: the RPM package has the program and all that belongs to it",
  fn: () =>
    withFolder(async (folder) => {
      const path = await makeRpm(requestOf(folder));
      assertEquals(path.split("/").at(-1), "pppoe-proxy-0.1.0-1.x86_64.rpm");
      const ask = (...args: string[]) => runCommand("rpm", "--query", "--package", ...args, path);
      const format = "[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\\n]";
      const files = (await ask(`--queryformat=${format}`)).trim().split("\n");
      assertEquals(files.filter((line) => !line.includes("/usr/share/doc/")), FILES);
      assert(files.some((line) => line.endsWith("/examples/config.example.toml")));
      assertEquals(await ask("--queryformat=%{LICENSE}"), "MIT AND Apache-2.0 AND BSD-3-Clause");
      assertStringIncludes(await ask("--requires"), "libc.so.6(GLIBC_2.");
      const scripts = await ask("--scripts");
      for (const kind of ["postinstall", "posttrans", "preuninstall", "postuninstall"]) {
        assertStringIncludes(scripts, `${kind} scriptlet (using /bin/sh)`);
      }
      assert(!scripts.includes("@include"));

      assertStringIncludes(await ask("--queryformat=[%{FILEDIGESTS} ]"), await digest(compiled));
      const again = await makeRpm(requestOf(`${folder}/again`));
      assertEquals(
        await digest(path),
        await digest(again),
        "the same sources make the same package",
      );
    }),
};
Deno.test(skipping(compiledObstacle, needing(["rpm", "rpmbuild"], definition)));
