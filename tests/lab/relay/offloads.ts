import { unwrap } from "../../../ffi/errno.ts";
import { libc } from "../../../ffi/libc.ts";
import { pinnedRegion, writeAddress } from "../../../ffi/memory.ts";

const AF_INET_DGRAM = [2, 2, 0] as const;
/** linux/sockios.h */
const SIOCETHTOOL = 0x8946;
/** linux/ethtool.h: transmit checksums, segmentation of TCP, of anything, joining on receipt. */
const SWITCHES = { STXCSUM: 0x17, STSO: 0x1f, SGSO: 0x24, SGRO: 0x2c };

/**
 * Makes the kernel send whole packets on a veth interface, as they would stand on a cable: without
 * this, what a packet socket reads there has no checksum yet and may be 64 KiB long.
 */
export function disableOffloads(name: string): void {
  const subject = `prepare "${name}" for the relay`;
  const fd = unwrap(libc().socket(...AF_INET_DGRAM), "socket", subject);
  try {
    for (const [command, number] of Object.entries(SWITCHES)) {
      const value = pinnedRegion(8); // struct ethtool_value { u32 cmd; u32 data }
      value.view.setUint32(0, number, true);
      const request = new Uint8Array(40); // struct ifreq { char name[16]; void *data }
      new TextEncoder().encodeInto(name, request);
      writeAddress(new DataView(request.buffer), 16, value, 0);
      unwrap(libc().ioctl(fd, SIOCETHTOOL, request), `ioctl(ETHTOOL_${command})`, subject);
      if (value.bytes.length === 0) throw new Error("Unreachable"); // keeps `value` alive until here
    }
  } finally {
    libc().close(fd);
  }
}
