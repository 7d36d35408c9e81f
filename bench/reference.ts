/**
 * The reference for comparisons: a forwarder with one system call per frame and one write per frame
 * on a plain TCP connection, without sessions, checks or encryption.
 * `reference.ts INTERFACE PORT listen|connect`
 */
import { openLink } from "../ffi/link/open_link.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION } from "../src/pppoe/constants.ts";

const [name, port, side] = Deno.args;
const address = { hostname: "127.0.0.1", port: Number(port) };

async function connected(): Promise<Deno.TcpConn> {
  if (side === "connect") return await Deno.connect(address);
  using listener = Deno.listen(address);
  await Deno.stdout.write(new TextEncoder().encode("listening\n"));
  return await listener.accept();
}

const link = openLink({
  interface: name,
  promiscuous: true,
  etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
  kind: "plain",
});
const connection = await connected();
connection.setNoDelay(true);
await Deno.stdout.write(new TextEncoder().encode("ready\n"));

/** Frames waiting for their own write, about as many as the socket's buffer would hold. */
const waiting: Uint8Array[] = [];
let writing = false;

async function writeAll(): Promise<void> {
  writing = true;
  for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
    for (let at = 0; at < frame.length;) at += await connection.write(frame.subarray(at));
  }
  writing = false;
}

const running = link.run({
  frame(bytes, _view, offset, length) {
    if (waiting.length >= 256) return;
    const record = new Uint8Array(2 + length);
    new DataView(record.buffer).setUint16(0, length);
    record.set(bytes.subarray(offset, offset + length), 2);
    waiting.push(record);
    if (!writing) writeAll().catch(() => link.close());
  },
  batchEnd() {},
  state() {},
});

const buffer = new Uint8Array(64 * 1024);
let filled = 0;
for (;;) {
  const count = await connection.read(buffer.subarray(filled)).catch(() => null);
  if (count === null) break;
  filled += count;
  let at = 0;
  while (filled - at >= 2) {
    const end = at + 2 + (buffer[at] << 8 | buffer[at + 1]);
    if (end > filled) break;
    link.send(buffer.subarray(at + 2, end));
    at = end;
  }
  buffer.copyWithin(0, at, filled);
  filled -= at;
}
link.close();
await running;
