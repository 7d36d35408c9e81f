import { assertEquals } from "@std/assert";
import { setNoDelayByPort } from "../../ffi/tcp.ts";

Deno.test("the listening socket of a port is found, an IPv6 one too, and no other", () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    using listener = Deno.listen({ hostname, port: 0 });
    assertEquals(setNoDelayByPort(listener.addr.port), 1);
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assertEquals(setNoDelayByPort(listener.addr.port === 1 ? 2 : 1), 0);
});

Deno.test("no permission beyond FFI is asked for", async () => {
  const code = `import { setNoDelayByPort } from "${new URL("../../ffi/tcp.ts", import.meta.url)}";
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    Deno.exit(setNoDelayByPort(listener.addr.port) === 1 ? 0 : 1);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code);
  const { code: status, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", "--allow-ffi", "--allow-net", file],
  }).output();
  await Deno.remove(file);
  assertEquals([status, new TextDecoder().decode(stderr).includes("NotCapable")], [0, false]);
});
