import { statx, STATX_SIZE } from "./statx.ts";

const STATX_INO = 0x100;
/** Offsets in struct statx (statx(2)). */
const INODE_AT = 32;
const DEVICE_MAJOR_AT = 136;
const DEVICE_MINOR_AT = 140;

/**
 * Device and inode of an open file as `device:inode`, both in decimal: the form of $JOURNAL_STREAM
 * (systemd.exec(5)). Undefined if the kernel does not return them. The standard library's stat
 * would need permission to read /proc.
 */
export function fileIdentity(fd: number): string | undefined {
  const buffer = new Uint8Array(STATX_SIZE);
  if (statx(fd, STATX_INO, buffer) !== 0) return undefined;
  const view = new DataView(buffer.buffer);
  const major = view.getUint32(DEVICE_MAJOR_AT, true);
  const minor = view.getUint32(DEVICE_MINOR_AT, true);
  return `${deviceNumber(major, minor)}:${view.getBigUint64(INODE_AT, true)}`;
}

/** glibc's makedev(3). */
function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (low & 0xffn) | (high & 0xfffn) << 8n | (low & ~0xffn) << 12n | (high & ~0xfffn) << 32n;
}
