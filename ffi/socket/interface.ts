/** Interface properties, read by ioctl (netdevice(7)). */
import { unwrap } from "../errno.ts";
import { withIoctlSocket } from "./ioctl_socket.ts";
import { libc } from "../libc.ts";

const SIOCGIFNAME = 0x8910;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFMTU = 0x8921;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
/** struct ifreq: 16 bytes of name, then a union. */
const IFREQ_BYTES = 40;
const MAX_NAME = 15;
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
const ARPHRD_ETHER = 1;

/** The properties of an interface at one moment. */
export interface InterfaceFacts {
  name: string;
  index: number;
  /** Six bytes. */
  mac: Uint8Array;
  mtu: number;
  /** Whether the administrator set it up. */
  up: boolean;
  /** Whether it has a carrier. */
  running: boolean;
  /** Whether it is Ethernet, not a loopback or tunnel interface. */
  ethernet: boolean;
}

/** Reads the properties of an interface. Throws SystemError (ENODEV if it does not exist). */
export function readInterface(name: string): InterfaceFacts {
  const encoded = new TextEncoder().encode(name);
  if (encoded.length === 0 || encoded.length > MAX_NAME) {
    throw new RangeError(`Cannot use interface "${name}": use a name of 1 to ${MAX_NAME} bytes`);
  }
  const subject = `read interface "${name}"`;
  return withIoctlSocket(subject, (fd) => {
    const ask = (request: number, call: string): DataView => {
      const ifreq = new Uint8Array(IFREQ_BYTES);
      ifreq.set(encoded);
      unwrap(libc().ioctl(fd, request, ifreq), `ioctl(${call})`, subject);
      return new DataView(ifreq.buffer, 16);
    };
    const address = ask(SIOCGIFHWADDR, "SIOCGIFHWADDR");
    const flags = ask(SIOCGIFFLAGS, "SIOCGIFFLAGS").getUint16(0, true);
    return {
      name,
      index: ask(SIOCGIFINDEX, "SIOCGIFINDEX").getInt32(0, true),
      mac: new Uint8Array(address.buffer, 18, 6),
      mtu: ask(SIOCGIFMTU, "SIOCGIFMTU").getInt32(0, true),
      up: (flags & IFF_UP) !== 0,
      running: (flags & IFF_RUNNING) !== 0,
      ethernet: address.getUint16(0, true) === ARPHRD_ETHER,
    };
  });
}

/** Returns the present name of the interface with this index; undefined if there is none. */
export function nameOfIndex(index: number): string | undefined {
  return withIoctlSocket(`find interface ${index}`, (fd) => {
    const ifreq = new Uint8Array(IFREQ_BYTES);
    new DataView(ifreq.buffer).setInt32(MAX_NAME + 1, index, true);
    if (libc().ioctl(fd, SIOCGIFNAME, ifreq) < 0) return undefined;
    const end = ifreq.indexOf(0);
    return new TextDecoder().decode(ifreq.subarray(0, Math.min(end, MAX_NAME)));
  });
}
