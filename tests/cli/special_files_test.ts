import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PERMISSIONS, pppoeProxyCommand } from "../lab/shipped.ts";
import { pppoeProxy, withFolder } from "./process.ts";

/** Runs the program in a shell script, as `"$@"`. */
async function inShell(script: string, ...words: string[]) {
  const { program, args } = pppoeProxyCommand(...words);
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", program, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("X2: a configuration can be read from a pipe with the shipped permissions", async () => {
  const { code, stderr } = await inShell(
    `echo 'mode = "bridge"' | "$@"`,
    ...["check", "--config", "/dev/stdin"],
  );
  assertEquals(code, 78);
  assertStringIncludes(stderr, '/dev/stdin:1: mode: Expected "server" or "client"');
});

Deno.test("X2: an endless configuration is refused before it fills memory", async () => {
  const { code, stderr } = await pppoeProxy(["check", "--config", "/dev/zero"]);
  assertEquals(code, 78);
  assertStringIncludes(stderr, "it has more than 4194304 bytes");
});

Deno.test("X2: keygen writes to open descriptors, and never to an existing file", () =>
  withFolder(async (folder) => {
    const piped = await inShell(`"$@" | cat`, "keygen", "secret", "/dev/stdout");
    assertMatch(piped.stdout, /^[0-9a-f]{64}\n/);
    const descriptor = await inShell(
      `"$@" 3>'${folder}/third' && cat '${folder}/third'`,
      ...["keygen", "token", "/dev/fd/3"],
    );
    assertMatch(descriptor.stdout, /^[0-9a-f]{64}\n/m);
    const again = await pppoeProxy(["keygen", "secret", `${folder}/third`]);
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, "it exists and is not overwritten");
  }));

Deno.test("X2: files below /proc, /sys and /dev/shm are accessible with the shipped permissions", async () => {
  const folder = `/dev/shm/pppoe-proxy-test-${crypto.randomUUID()}`;
  const code = `Deno.readTextFileSync("/proc/kallsyms"); Deno.readDirSync("/sys/class/net");
    Deno.mkdirSync("${folder}"); Deno.removeSync("${folder}"); console.log("used");`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      ...PERMISSIONS,
      `data:text/javascript,${encodeURIComponent(code)}`,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "used\n", new TextDecoder().decode(stderr));
});
