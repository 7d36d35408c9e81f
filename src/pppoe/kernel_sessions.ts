/** Linux's list of its own PPPoE sessions (drivers/net/ppp/pppoe.c, pppoe_seq_show). */

/** The list's file; it does not exist if the kernel has no PPPoE. */
export const KERNEL_SESSIONS = "/proc/net/pppoe";

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** A session of the kernel. */
export interface KernelSession {
  sessionId: number;
  /** MAC address of the remote host, in lower case. */
  remote: string;
  /** The interface that it runs over. */
  device: string;
}

/** Parses a list of `Id Address Device`; the id is hexadecimal in network byte order. */
export function parseKernelSessions(text: string): KernelSession[] {
  const rows = text.matchAll(/^([0-9A-F]{8})\s+([0-9a-f:]{17})\s+(\S+)/gim);
  return [...rows].map(([, id, address, device]) => {
    const raw = parseInt(id, 16);
    const sessionId = IS_LITTLE_ENDIAN ? (raw & 0xff) << 8 | raw >>> 8 & 0xff : raw & 0xffff;
    return { sessionId, remote: address.toLowerCase(), device };
  });
}
