/** A flood of QUIC Initial packets from random addresses, sent through a raw socket (raw(7)). */
import { unwrap } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { encodeAddress } from "../../ffi/socket/socket_address.ts";
import { captureInitial, openInitial, sealInitial } from "./initial_packet.ts";

const AF_INET = 2;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const IPPROTO_UDP = 17;
const [IP, UDP] = [20, 8];
/** Interval between bursts, in milliseconds. */
const EVERY = 5;

/** Builds `count` Initial packets to a port of 127.0.0.1, each of its own connection. */
export async function forgeInitials(
  count: number,
  port: number,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const opened = openInitial(await captureInitial());
  return Array.from({ length: count }, () => {
    const datagram = sealInitial(opened);
    const packet = new Uint8Array(IP + UDP + datagram.length);
    const view = new DataView(packet.buffer);
    packet.set([0x45, 0], 0); // the kernel fills in length, identification and checksum
    packet.set([64, IPPROTO_UDP], 8);
    packet.set([127, 0, 0, 1], 16);
    view.setUint16(IP + 2, port);
    view.setUint16(IP + 4, UDP + datagram.length); // a UDP checksum of 0 means none in IPv4
    packet.set(datagram, IP + UDP);
    return packet;
  });
}

/** Sends such packets at a rate until it is disposed of. */
export function floodInitials(
  packets: readonly Uint8Array<ArrayBuffer>[],
  perSecond: number,
  source: () => Uint8Array = madeUp,
): { readonly sent: number } & Disposable {
  const { socket, sendto, close } = libc();
  const fd = unwrap(socket(AF_INET, SOCK_RAW, IPPROTO_RAW), "socket(raw)", "forge packets");
  const to = encodeAddress("127.0.0.1", 0);
  const began = performance.now();
  let sent = 0;
  const send = (): void => {
    const due = (performance.now() - began) / 1_000 * perSecond;
    // Packets missed on a busy machine are not sent later.
    for (let burst = 0; sent < due && burst < perSecond / 20; burst++) {
      const packet = packets[sent++ % packets.length];
      packet.set(source(), 12);
      new DataView(packet.buffer).setUint16(IP, 1_024 + Math.floor(Math.random() * 60_000));
      sendto(fd, packet, packet.length, 0, to, to.length);
    }
  };
  const timer = setInterval(send, EVERY);
  return {
    get sent() {
      return sent;
    },
    [Symbol.dispose](): void {
      clearInterval(timer);
      close(fd);
    },
  };
}

/** Returns a random address of the range for benchmarks (RFC 2544), which no host uses. */
function madeUp(): Uint8Array {
  const [one, two, three] = crypto.getRandomValues(new Uint8Array(3));
  return Uint8Array.of(198, 18 + (one & 1), two, three);
}
