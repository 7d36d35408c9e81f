/** The C library's functions in a process of musl, as on Alpine and OpenWrt. */
import { assert, assertEquals } from "@std/assert";
import { SYMBOLS } from "../../ffi/libc.ts";
import { withFolder } from "../cli/process.ts";
import { compiled, compiledObstacle } from "../compiled/build.ts";
import { insideLab } from "../lab/namespace.ts";
import { runCommand } from "../lab/process.ts";
import { needing, skipping } from "../needs.ts";
import { layBase } from "./image_base.ts";

/** Every function by its name in C; those that the daemon does without are optional. */
const FUNCTIONS = Object.entries(SYMBOLS).map(([key, symbol]) => ({
  name: "name" in symbol ? symbol.name : key,
  optional: "optional" in symbol,
}));

/**
 * Prints, as the daemon would find it: the names of the arguments that the library lacks, then the
 * type of "/" by statx(2).
 */
const PROBE = `
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
int main(int count, char **names) {
  void *library = dlopen("libc.so.6", RTLD_LAZY);
  if (library == NULL) return puts(dlerror()), 1;
  for (int at = 1; at < count; at++) if (dlsym(library, names[at]) == NULL) puts(names[at]);
  long (*call)(long, ...) = (long (*)(long, ...)) dlsym(library, "syscall");
  unsigned char facts[256] = {0};
  if (call(NUMBER, open("/", O_RDONLY), "", 0x1000, 0x1b, facts) != 0) return 1;
  printf("%o\\n", (facts[28] | facts[29] << 8) & 0170000);
}
`;

Deno.test(needing(["cc", "musl-gcc"], {
  name: "musl answers to glibc's name, and has every function that is not optional",
  fn: () =>
    withFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/probe.c`, PROBE);
      const source = await Deno.readTextFile(new URL("../../ffi/file/statx.ts", import.meta.url));
      const numbers = /=== "aarch64" \? (\d+) : (\d+);/.exec(source) ?? [];
      const number = numbers[Deno.build.arch === "aarch64" ? 1 : 2];
      const program = `${folder}/probe`;
      await runCommand("musl-gcc", `-DNUMBER=${number}`, "-o", program, `${folder}/probe.c`);
      const found = await runCommand(program, ...FUNCTIONS.map(({ name }) => name));
      const lines = found.trim().split("\n");
      assertEquals(lines.pop(), "40000", "statx calls the kernel");
      const optional = FUNCTIONS.filter((symbol) => symbol.optional).map(({ name }) => name);
      assertEquals(lines.sort(), optional.sort());
      assert(optional.length > 0 && optional.length < 5, "musl has all but a few");
    }),
}));

Deno.test(skipping(
  compiledObstacle,
  needing(["musl-gcc"], {
    name: "the compiled program runs on a musl system with glibc's files beside",
    ignore: !insideLab(),
    fn: () =>
      withFolder(async (folder) => {
        await layBase(folder, [], [compiled]);
        const musl = "x86_64-linux-musl/libc.so";
        await Deno.copyFile(`/lib/${musl}`, `${folder}/lib/libc.so`);
        await Deno.symlink("libc.so", `${folder}/lib/ld-musl-x86_64.so.1`);
        await Deno.writeTextFile(`${folder}/main.c`, "int main(void) { return 42; }");
        await runCommand("musl-gcc", "-o", `${folder}/usr/bin/other`, `${folder}/main.c`);
        await Deno.copyFile(compiled, `${folder}/usr/bin/pppoe-proxy`);
        await runCommand("mount", "-t", "proc", "proc", `${folder}/proc`);
        try {
          const other = await new Deno.Command("chroot", { args: [folder, "/usr/bin/other"] })
            .output();
          assertEquals(other.code, 42, "programs of the system still have their own library");
          const text = await runCommand("chroot", folder, "/usr/bin/pppoe-proxy", "version");
          assertEquals(text.split(" ")[0], "pppoe-proxy");
        } finally {
          await runCommand("umount", `${folder}/proc`);
        }
      }),
  }),
));
