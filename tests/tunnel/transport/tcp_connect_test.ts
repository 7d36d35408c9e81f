import { assertEquals, assertRejects } from "@std/assert";
import { SystemError } from "../../../ffi/errno.ts";
import { connectTcp } from "../../../src/tunnel/transport/tcp_connect.ts";

const ROUTE = { maxSegment: 1_220 };

Deno.test("a resolver that does not answer does not outlast the attempt", async () => {
  const never = () => new Promise<never>(() => {});
  const signal = AbortSignal.timeout(20);
  const to = { host: "proxy.example", port: 1 };
  const error = await assertRejects(() => connectTcp(to, ROUTE, signal, never), DOMException);
  assertEquals(error.name, "TimeoutError");
});

Deno.test("the addresses of a name are tried in turn, and the last one's failure is reported", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const never = new AbortController().signal;
  const resolve = (...addresses: string[]) => () =>
    Promise.resolve(addresses.map((address) => ({ address })));
  const dial = (...addresses: string[]) =>
    connectTcp({ host: "proxy.example", port }, ROUTE, never, resolve(...addresses));
  const { connection } = await dial("127.0.0.9", "127.0.0.1");
  connection.close();
  (await listener.accept()).close();
  await assertRejects(() => dial("127.0.0.9"), SystemError, "ECONNREFUSED");
});
