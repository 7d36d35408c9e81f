import { SystemError, unwrap } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { ip } from "./veth.ts";

const O_RDWR = 2;
const TUNSETIFF = 0x400454ca;
const IFF_TAP_NO_PI_VNET_HDR = 0x0002 | 0x1000 | 0x4000;

/** What a tap interface needs that is missing; undefined if one can be created. */
export function tapObstacle(): string | undefined {
  try {
    Deno.openSync("/dev/net/tun", { read: true, write: true }).close();
    return undefined;
  } catch {
    return "/dev/net/tun, which cannot be opened";
  }
}

/** A tap interface: written packets, after a `struct virtio_net_hdr`, appear as received. */
export async function tapInterface(
  name: string,
): Promise<AsyncDisposable & { receive(packet: Uint8Array): void }> {
  const opener = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
  });
  const path = new TextEncoder().encode("/dev/net/tun\0");
  const fd = opener.symbols.open(path, O_RDWR);
  opener.close();
  unwrap(fd, "open", "open /dev/net/tun");
  const ifreq = new Uint8Array(40);
  new TextEncoder().encodeInto(name, ifreq.subarray(0, 15));
  new DataView(ifreq.buffer).setUint16(16, IFF_TAP_NO_PI_VNET_HDR, true);
  unwrap(libc().ioctl(fd, TUNSETIFF, ifreq), "ioctl(TUNSETIFF)", `make tap "${name}"`);
  await ip(`link set ${name} up`);
  return {
    receive(packet): void {
      const count = libc().write(fd, new Uint8Array(packet), packet.length);
      if (count !== packet.length) throw new SystemError("write", `feed tap "${name}"`, 0);
    },
    [Symbol.asyncDispose](): Promise<void> {
      libc().close(fd);
      return Promise.resolve();
    },
  };
}
