import { assertEquals } from "@std/assert";
import { libc } from "../../../ffi/libc.ts";
import { tuneSocketsOf } from "../../../ffi/socket/tcp.ts";

Deno.test("only the listening socket of a port is found, for IPv6 too", () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    using listener = Deno.listen({ hostname, port: 0 });
    assertEquals(tuneSocketsOf(listener.addr.port), 1);
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assertEquals(tuneSocketsOf(listener.addr.port === 1 ? 2 : 1), 0);
});

Deno.test("no permission other than FFI is needed", async () => {
  const code = `import { tuneSocketsOf } from "${new URL(
    "../../../ffi/socket/tcp.ts",
    import.meta.url,
  )}";
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    Deno.exit(tuneSocketsOf(listener.addr.port) === 1 ? 0 : 1);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code);
  const { code: status, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", "--allow-ffi", "--allow-net", file],
  }).output();
  await Deno.remove(file);
  assertEquals([status, new TextDecoder().decode(stderr).includes("NotCapable")], [0, false]);
});

/** TCP_NODELAY of this process's connected socket with that local port (tcp(7)). */
function noDelayOfAccepted(port: number): number | undefined {
  for (let fd = 0; fd < 1024; fd++) {
    const address = new Uint8Array(28); // struct sockaddr_in6, the larger
    const length = new Uint32Array([address.length]);
    if (libc().getsockname(fd, address, length) !== 0) continue;
    const [listening, noDelay] = [new Int32Array(1), new Int32Array(1)];
    const four = new Uint32Array([4]);
    if (libc().getsockopt(fd, 1, 30, listening, four) !== 0 || listening[0] === 1) continue;
    if (new DataView(address.buffer).getUint16(2) !== port) continue;
    if (libc().getsockopt(fd, 6, 1, noDelay, four) === 0) return noDelay[0];
  }
  return undefined;
}

Deno.test("accepted sockets inherit TCP_NODELAY from the listening one", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const accepted = async (): Promise<number | undefined> => {
    using _client = await Deno.connect({ hostname: "127.0.0.1", port });
    using _server = await listener.accept();
    return noDelayOfAccepted(port);
  };
  assertEquals(await accepted(), 0);
  tuneSocketsOf(port);
  assertEquals(await accepted(), 1);
});
