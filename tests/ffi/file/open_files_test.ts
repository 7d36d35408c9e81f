import { assertEquals } from "@std/assert";

Deno.test("X4: the soft limit of open files is raised to the hard limit, with only --allow-ffi", async () => {
  const code = `import { openFileLimit, raiseOpenFileLimit } from "${new URL(
    "../../../ffi/file/open_files.ts",
    import.meta.url,
  )}";
    await Deno.stdout.write(Uint8Array.of(10));
    await Deno.stdin.read(new Uint8Array(1));
    const before = openFileLimit();
    await Deno.stdout.write(new TextEncoder().encode(before + " " + raiseOpenFileLimit()));`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", "--allow-ffi", file],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  // Deno raises it itself at startup; a compiled program does not.
  await new Deno.Command("prlimit", { args: ["--pid", `${child.pid}`, "--nofile=100:300"] })
    .output();
  const writer = child.stdin.getWriter();
  await writer.write(Uint8Array.of(10));
  await writer.close();
  const { value } = await reader.read();
  await reader.cancel();
  await child.status;
  await Deno.remove(file);
  assertEquals(new TextDecoder().decode(value), "100 300");
});
