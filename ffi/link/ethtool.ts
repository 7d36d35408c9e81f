/** Receive offloads of an interface, read by ioctl (linux/ethtool.h). */
import { SystemError, unwrap } from "../errno.ts";
import { withIoctlSocket } from "../socket/ioctl_socket.ts";
import { libc } from "../libc.ts";
import { pinnedRegion, writeAddress } from "../memory.ts";

/** linux/sockios.h */
const SIOCETHTOOL = 0x8946;
const EOPNOTSUPP = 95;

const ETHTOOL_GFLAGS = 0x25;
const ETHTOOL_GGRO = 0x2b;
const ETH_FLAG_LRO = 1 << 15;

/**
 * Runs one command on a `struct ethtool_value` and returns the resulting value. Throws SystemError.
 */
export function ethtoolValue(name: string, command: number, data = 0): number {
  const subject = `read the offloads of "${name}"`;
  return withIoctlSocket(subject, (fd) => {
    const value = pinnedRegion(8); // struct ethtool_value { u32 cmd; u32 data }
    value.view.setUint32(0, command, true);
    value.view.setUint32(4, data, true);
    const request = new Uint8Array(40); // struct ifreq { char name[16]; void *data }
    new TextEncoder().encodeInto(name, request.subarray(0, 15));
    writeAddress(new DataView(request.buffer), 16, value, 0);
    unwrap(libc().ioctl(fd, SIOCETHTOOL, request), "ioctl(SIOCETHTOOL)", subject);
    return value.view.getUint32(4, true);
  });
}

/** How an interface merges received frames into longer ones. */
export interface ReceiveOffloads {
  /** In software (generic receive offload). */
  gro: boolean;
  /** In hardware (large receive offload). */
  lro: boolean;
}

/** Reads an interface's offloads; one that its driver does not know is off. Throws SystemError. */
export function readOffloads(name: string): ReceiveOffloads {
  const ask = (command: number): number => {
    try {
      return ethtoolValue(name, command);
    } catch (error) {
      if (error instanceof SystemError && error.errno === EOPNOTSUPP) return 0;
      throw error;
    }
  };
  return { gro: ask(ETHTOOL_GGRO) !== 0, lro: (ask(ETHTOOL_GFLAGS) & ETH_FLAG_LRO) !== 0 };
}
