import { ethtoolValue } from "../../../ffi/ethtool.ts";

/** linux/ethtool.h: transmit checksums, segmentation of TCP, of anything, joining on receipt. */
const SWITCHES = { STXCSUM: 0x17, STSO: 0x1f, SGSO: 0x24, SGRO: 0x2c };

/**
 * Makes the kernel send whole packets on a veth interface, as they would stand on a cable: without
 * this, what a packet socket reads there has no checksum yet and may be 64 KiB long.
 */
export function disableOffloads(name: string): void {
  for (const command of Object.values(SWITCHES)) ethtoolValue(name, command, 0);
}
