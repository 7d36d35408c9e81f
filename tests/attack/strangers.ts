/** Strangers: connections to the tunnel's port without a secret. */
import { ALPN } from "../../src/tunnel/handshake.ts";
import { RawTcp } from "./raw_tcp.ts";

const ADDRESSES = 100;
const TICK = 5;

/** Returns one of a hundred loopback addresses. */
function address(number: number): string {
  return `127.66.0.${1 + number % ADDRESSES}`;
}

/** Captures a whole ClientHello of Deno's TLS, as it would be sent to the tunnel's port. */
export async function captureClientHello(
  ...further: string[]
): Promise<Uint8Array<ArrayBuffer>> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const { port } = listener.addr as Deno.NetAddr;
  const alpnProtocols = [ALPN, ...further];
  const dialling = Deno.connectTls({ hostname: "127.0.0.1", port, alpnProtocols })
    .then((tls) => tls.handshake()).catch(() => {});
  using accepted = await accepting;
  const bytes = new Uint8Array(16 * 1024);
  const count = await accepted.read(bytes) ?? 0;
  accepted.close();
  await dialling;
  return bytes.slice(0, count);
}

/** Keeps `count` connections open that send only `words`, and reopens closed ones. */
export async function hold(
  port: number,
  count: number,
  milliseconds: number,
  words: Uint8Array<ArrayBuffer> = new Uint8Array(0),
): Promise<void> {
  const PER_TICK = 40;
  const strangers: (RawTcp | undefined)[] = Array(count).fill(undefined);
  const said = new Set<RawTcp>();
  const end = performance.now() + milliseconds;
  for (let next = 0; performance.now() < end;) {
    for (let i = 0; i < PER_TICK; i++, next = (next + 1) % count) {
      const stranger = strangers[next];
      if (stranger === undefined) strangers[next] = new RawTcp(address(next), port);
      else if (stranger.look() < 0) {
        stranger.close();
        said.delete(stranger);
        strangers[next] = undefined;
      } else if (words.length > 0 && !said.has(stranger) && stranger.send(words)) {
        said.add(stranger);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  for (const stranger of strangers) stranger?.close();
}

/** Starts TLS handshakes at a rate and never finishes one. */
export async function shakeHands(port: number, rate: number, milliseconds: number): Promise<void> {
  const hello = await captureClientHello();
  const PATIENCE = 500;
  const open: { stranger: RawTcp; since: number; said: boolean }[] = [];
  const begin = performance.now();
  let begun = 0;
  while (performance.now() - begin < milliseconds) {
    const now = performance.now();
    for (; begun < (now - begin) * rate / 1_000; begun++) {
      open.push({ stranger: new RawTcp(address(begun), port), since: now, said: false });
    }
    for (const entry of open.splice(0)) {
      const { stranger, since, said } = entry;
      entry.said = said || stranger.send(hello);
      if (stranger.look() === 0 && now - since < PATIENCE) open.push(entry);
      else stranger.close();
    }
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  for (const { stranger } of open) stranger.close();
}
