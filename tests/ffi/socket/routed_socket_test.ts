import { assertEquals, assertRejects } from "@std/assert";
import { SystemError } from "../../../ffi/errno.ts";
import { connectRouted, type Route } from "../../../ffi/socket/routed_socket.ts";
import { ip, NO_LAB, vethPair } from "../veth.ts";

const DEADLINE = 1_000;

/** Sends "ping" through a routed connection to an echo server on `host`; returns the answer. */
async function echo(host: string, route: Route): Promise<string> {
  using listener = Deno.listen({ hostname: host, port: 0 });
  const serving = (async () => {
    using accepted = await listener.accept();
    const port = (accepted.remoteAddr as Deno.NetAddr).port;
    await accepted.readable.pipeTo(accepted.writable).catch(() => {});
    return port;
  })();
  serving.catch(() => {});
  const { port } = listener.addr as Deno.NetAddr;
  const routed = await connectRouted({ host, port }, route, AbortSignal.timeout(DEADLINE));
  const { connection } = routed;
  await connection.write(new TextEncoder().encode("ping"));
  const bytes = new Uint8Array(16);
  const count = await connection.read(bytes) ?? 0;
  connection.close();
  assertEquals(await serving, routed.port);
  return new TextDecoder().decode(bytes.subarray(0, count));
}

Deno.test({
  name: "R1: a connection leaves by the configured interface and no other",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("rt");
    for (const host of ["127.0.0.2", "::1"]) {
      assertEquals(await echo(host, { interface: "lo" }), "ping");
    }
    await assertRejects(() => echo("127.0.0.2", { interface: pair.b }));
    const gone = await assertRejects(() => echo("127.0.0.2", { interface: "gone0" }), SystemError);
    assertEquals(gone.code, "ENODEV");
  },
});

Deno.test({
  name: "R1: the first packet of a connection has the mark",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("rm");
    await ip(`addr add 198.51.100.1/24 dev ${pair.a}`);
    await ip("rule add fwmark 0x51 prohibit");
    const silent = { host: "198.51.100.9", port: 1 };
    const connect = (mark: number): Promise<unknown> =>
      connectRouted(silent, { mark }, AbortSignal.timeout(50));
    try {
      const error = await assertRejects(() => connect(0x51), SystemError);
      assertEquals([error.call, error.code], ["connect", "EACCES"]);
      await assertRejects(() => connect(0x52), DOMException);
    } finally {
      await ip("rule del fwmark 0x51 prohibit");
    }
  },
});

Deno.test({
  name: "R1: a refused or aborted routed connection leaves no descriptor behind",
  ignore: NO_LAB,
  async fn() {
    const open = (): number => [...Deno.readDirSync("/proc/self/fd")].length;
    const to = { host: "127.0.0.2", port: 1 };
    const never = AbortSignal.timeout(DEADLINE);
    await assertRejects(() => connectRouted(to, {}, never), SystemError, "ECONNREFUSED");
    const before = open();
    for (let i = 0; i < 10; i++) await connectRouted(to, {}, never).catch(() => {});
    await using pair = await vethPair("rd");
    await ip(`addr add 198.51.100.1/24 dev ${pair.a}`);
    for (let i = 0; i < 10; i++) { // nothing answers there
      const silent = { host: "198.51.100.9", port: 1 };
      await assertRejects(() => connectRouted(silent, {}, AbortSignal.timeout(20)));
    }
    assertEquals(open(), before);
  },
});
