import { assertEquals, assertRejects } from "@std/assert";
import { SystemError } from "../../../ffi/errno.ts";
import { connectRouted, type Route } from "../../../ffi/socket/routed_socket.ts";
import { socketsOf } from "../../../ffi/socket/tcp.ts";
import { readTcpInfo } from "../../../ffi/socket/tcp_info.ts";
import { connectTcp } from "../../../src/tunnel/transport/tcp_connect.ts";
import { PATIENCE, until } from "../../until.ts";
import { ip, NO_LAB, vethPair } from "../veth.ts";

/** The kernel's ports for connections and for listening on port 0 (ip(7)). */
const PORT_RANGE = "/proc/sys/net/ipv4/ip_local_port_range";

/** Runs `body` while the kernel has only the ports of this range to choose from. */
async function withPorts(range: readonly [number, number], body: () => Promise<void>) {
  const usual = await Deno.readTextFile(PORT_RANGE);
  await Deno.writeTextFile(PORT_RANGE, range.join(" "));
  try {
    await body();
  } finally {
    await Deno.writeTextFile(PORT_RANGE, usual);
  }
}

/** Sends "ping" through a routed connection to an echo server on `host`; returns the answer. */
async function echo(host: string, route: Route, time = PATIENCE): Promise<string> {
  using listener = Deno.listen({ hostname: host, port: 0 });
  const clientPort = Promise.withResolvers<number>();
  const serving = (async () => {
    using accepted = await listener.accept();
    clientPort.resolve((accepted.remoteAddr as Deno.NetAddr).port);
    await accepted.readable.pipeTo(accepted.writable).catch(() => {});
  })();
  serving.catch(() => {});
  const { port } = listener.addr as Deno.NetAddr;
  const routed = await connectRouted({ host, port }, route, AbortSignal.timeout(time));
  const { connection } = routed;
  await connection.write(new TextEncoder().encode("ping"));
  const bytes = new Uint8Array(16);
  const count = await connection.read(bytes) ?? 0;
  assertEquals(socketsOf(await clientPort.promise), [routed.number]);
  connection.close();
  await serving;
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
    await assertRejects(() => echo("127.0.0.2", { interface: pair.b }, 100)); // no answer
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
    const connect = (mark: number, time: number): Promise<unknown> =>
      connectRouted(silent, { mark }, AbortSignal.timeout(time));
    try {
      const error = await assertRejects(() => connect(0x51, PATIENCE), SystemError);
      assertEquals([error.call, error.code], ["connect", "EACCES"]);
      await assertRejects(() => connect(0x52, 50), DOMException);
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
    const never = AbortSignal.timeout(PATIENCE);
    await assertRejects(() => connectRouted(to, {}, never), SystemError, "ECONNREFUSED");
    const before = open();
    for (let i = 0; i < 10; i++) await connectRouted(to, {}, never).catch(() => {});
    await using pair = await vethPair("rd");
    await ip(`addr add 198.51.100.1/24 dev ${pair.a}`);
    for (let i = 0; i < 10; i++) { // nothing answers there
      const silent = { host: "198.51.100.9", port: 1 };
      await assertRejects(() => connectRouted(silent, {}, AbortSignal.timeout(20)));
    }
    await until(() => open() <= before);
  },
});

Deno.test({
  name: "without a port to connect from, a routed connection is refused and nothing else happens",
  ignore: NO_LAB,
  async fn() {
    await withPorts([22_000, 22_000], async () => { // the listener has the only one
      const to = { host: "127.0.0.2", port: 1 };
      const connecting = connectRouted(to, {}, AbortSignal.timeout(PATIENCE));
      await assertRejects(() => connecting, Error, "connecting to 127.0.0.1 failed");
      await new Promise((resolve) => setTimeout(resolve)); // unhandled rejections fail the test here
    });
  },
});

Deno.test({
  name: "a connection is not mistaken for another one that has the same local port",
  ignore: NO_LAB,
  async fn() {
    const [one, other] = [20_000, 20_001].map((port) => ({ hostname: "127.0.0.1", port }));
    using server = Deno.listen(one);
    using elsewhere = Deno.listen(other);
    for (const [index, route] of [{ maxSegment: 1_220 }, {}].entries()) {
      // One port is left to listen on; a connection to a third place shares one of the others.
      const from = 21_000 + 4 * index;
      await withPorts([from, from + 3], async () => {
        const [first, accepted]: Deno.Conn[][] = [[], []];
        for (let count = 0; count < 3; count++) {
          first.push(await Deno.connect(other));
          accepted.push(await elsewhere.accept());
        }
        const to = { host: one.hostname, port: one.port };
        const signal = AbortSignal.timeout(PATIENCE);
        const { connection, number } = await connectTcp(to, route, signal);
        const theirs = await server.accept();
        await connection.write(new Uint8Array([7]));
        await theirs.read(new Uint8Array(1));
        assertEquals(readTcpInfo(number)?.written, 1);
        for (const [index, each] of first.entries()) {
          await each.write(new Uint8Array([index]));
          assertEquals(await accepted[index].read(new Uint8Array(1)), 1);
        }
        for (const each of [connection, theirs, ...first, ...accepted]) each.close();
      });
    }
  },
});
