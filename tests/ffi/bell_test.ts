import { assert, assertEquals } from "@std/assert";
import { Bell } from "../../ffi/bell.ts";

/** Two ends of a connection, without delay. */
async function connected(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  near.setNoDelay(true);
  return [near, await accepting];
}

Deno.test("what a connection had received is delivered when the bell has been heard", async () => {
  const bell = new Bell();
  const [near, far] = await connected();
  for (let i = 0; i < 200; i++) {
    let delivered = false;
    const reading = far.read(new Uint8Array(1)).then(() => delivered = true);
    near.write(new Uint8Array(1)).catch(() => {});
    assert(await bell.ring());
    assert(delivered, `not at ring ${i}`);
    await reading;
  }
  near.close();
  far.close();
  bell.release();
});

Deno.test("bells of one process do not hear each other", async () => {
  const [one, other] = [new Bell(), new Bell()];
  assertEquals(await Promise.all([one.ring(), other.ring()]), [true, true]);
  one.release();
  other.release();
});
