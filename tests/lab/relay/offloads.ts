import { ethtoolValue } from "../../../ffi/link/ethtool.ts";

/**
 * linux/ethtool.h: transmit checksums, segmentation of TCP, generic segmentation, receive merging.
 */
const SWITCHES = { STXCSUM: 0x17, STSO: 0x1f, SGSO: 0x24, SGRO: 0x2c };

/**
 * Makes the kernel send whole packets on a veth interface, as on a real cable: without this,
 * packets read by a packet socket have no checksum yet and may be 64 KiB long.
 */
export function disableOffloads(name: string): void {
  for (const command of Object.values(SWITCHES)) ethtoolValue(name, command, 0);
}
