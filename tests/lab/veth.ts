/**
 * Virtual cables and bridges by rtnetlink(7), so that a lab does not need iproute2, which is not
 * installed on every machine.
 */
import { SystemError, unwrap } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_ROUTE = 0;
const AF_INET6 = 10;

/** linux/rtnetlink.h, linux/netlink.h */
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const REQUEST = 1;
const REQUEST_ACK = REQUEST | 4;
const CREATE_EXCLUSIVE = 0x400 | 0x200;
const NLMSG_ERROR = 2;
const HEADER = 16;
/** struct ifinfomsg */
const LINK_HEADER = 16;
/** Beyond an interface's description without statistics. Bytes. */
const LONGEST_ANSWER = 16_384;

/** linux/if_link.h, linux/veth.h, linux/if.h */
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_MASTER = 10;
const IFLA_OPERSTATE = 16;
const IFLA_LINKINFO = 18;
const IFLA_AF_SPEC = 26;
const IFLA_EXT_MASK = 29;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFLA_BR_FORWARD_DELAY = 1;
const IFLA_BR_MCAST_SNOOPING = 23;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const ADDR_GEN_MODE_NONE = 1;
const IFF_UP = 1;
const IF_OPER_UP = 6;
const RTEXT_FILTER_SKIP_STATS = 1 << 3;

const encoder = new TextEncoder();

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Returns an attribute, padded to 4 bytes. */
function attribute(type: number, ...content: readonly Uint8Array[]): Uint8Array {
  const data = joined(...content);
  const bytes = new Uint8Array(4 + Math.ceil(data.length / 4) * 4);
  new Uint16Array(bytes.buffer, 0, 2).set([4 + data.length, type]);
  bytes.set(data, 4);
  return bytes;
}

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const text = (value: string): Uint8Array => encoder.encode(`${value}\0`);

/** struct ifinfomsg: an interface identified by name, to be set up or left unchanged. */
function interfaceMessage(up: boolean): Uint8Array {
  const flags = up ? IFF_UP : 0;
  return new Uint8Array(Uint32Array.of(0, 0, flags, flags).buffer);
}

function named(name: string, mtu: number): Uint8Array {
  return joined(attribute(IFLA_IFNAME, text(name)), attribute(IFLA_MTU, u32(mtu)));
}

/** Sends a request and returns the answer, an acknowledgement if `flags` ask for one. */
function ask(subject: string, type: number, flags: number, body: Uint8Array): DataView {
  const message = joined(new Uint8Array(HEADER), body);
  const head = new DataView(message.buffer);
  head.setUint32(0, message.length, true);
  head.setUint16(4, type, true);
  head.setUint16(6, flags, true);
  const { socket, send, recv, close } = libc();
  const fd = unwrap(socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE), "socket", subject);
  try {
    unwrap(send(fd, message, message.length, 0), "send", subject);
    const answer = new Uint8Array(LONGEST_ANSWER);
    const length = unwrap(recv(fd, answer, answer.length, 0), "recv", subject);
    const view = new DataView(answer.buffer, 0, length);
    const failed = view.getUint16(4, true) === NLMSG_ERROR ? -view.getInt32(HEADER, true) : 0;
    if (failed !== 0) throw new SystemError("rtnetlink", subject, failed);
    return view;
  } finally {
    close(fd);
  }
}

/** Changes an interface. */
function change(subject: string, type: number, flags: number, body: Uint8Array): void {
  ask(subject, type, REQUEST_ACK | flags, body);
}

/** Creates two connected interfaces. MTU in bytes. Throws SystemError, as does everything here. */
export function addVeth(one: string, other: string, mtu: number): void {
  const peer = attribute(VETH_INFO_PEER, interfaceMessage(false), named(other, mtu));
  const kind = attribute(IFLA_INFO_KIND, text("veth"));
  const info = attribute(IFLA_LINKINFO, kind, attribute(IFLA_INFO_DATA, peer));
  const body = joined(interfaceMessage(false), named(one, mtu), info);
  change(`make the cable "${one}"`, RTM_NEWLINK, CREATE_EXCLUSIVE, body);
}

/** Creates a bridge that floods all multicast and whose ports forward at once. */
export function addBridge(name: string): void {
  const settings = joined(
    attribute(IFLA_BR_FORWARD_DELAY, u32(0)),
    attribute(IFLA_BR_MCAST_SNOOPING, Uint8Array.of(0)),
  );
  const kind = attribute(IFLA_INFO_KIND, text("bridge"));
  const info = attribute(IFLA_LINKINFO, kind, attribute(IFLA_INFO_DATA, settings));
  const body = joined(interfaceMessage(false), attribute(IFLA_IFNAME, text(name)), info);
  change(`make the bridge "${name}"`, RTM_NEWLINK, CREATE_EXCLUSIVE, body);
}

/** Makes an interface a port of the bridge with this interface index. */
export function addPort(bridge: number, name: string): void {
  const which = attribute(IFLA_IFNAME, text(name));
  const body = joined(interfaceMessage(false), which, attribute(IFLA_MASTER, u32(bridge)));
  change(`make "${name}" a port of a bridge`, RTM_NEWLINK, 0, body);
}

/** Sets an interface up. With `silent` it gets no IPv6 address and sends nothing by itself. */
export function setUp(name: string, silent = true): void {
  const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(ADDR_GEN_MODE_NONE));
  const inet6 = attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode));
  const which = attribute(IFLA_IFNAME, text(name));
  const body = joined(interfaceMessage(true), which, ...silent ? [inet6] : []);
  change(`set "${name}" up`, RTM_NEWLINK, 0, body);
}

/** Removes an interface and the one connected to it. */
export function removeInterface(name: string): void {
  const body = joined(interfaceMessage(false), attribute(IFLA_IFNAME, text(name)));
  change(`remove "${name}"`, RTM_DELLINK, 0, body);
}

/**
 * Whether frames pass an interface; undefined if this namespace has none of that name.
 * SIOCGIFFLAGS says so too soon: a new interface has no state and counts as running, although the
 * kernel, which looks at carriers later, still drops all that is sent on it (net/core/link_watch.c).
 * The answer to this request waits for the end of such a look.
 */
export function isOperational(name: string): boolean | undefined {
  const mask = attribute(IFLA_EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS));
  const body = joined(interfaceMessage(false), attribute(IFLA_IFNAME, text(name)), mask);
  try {
    return stateIn(ask(`read "${name}"`, RTM_GETLINK, REQUEST, body)) === IF_OPER_UP;
  } catch (error) {
    if (error instanceof SystemError && error.code === "ENODEV") return undefined;
    throw error;
  }
}

/** The operational state (RFC 2863) in the description of an interface. */
function stateIn(view: DataView): number | undefined {
  for (let at = HEADER + LINK_HEADER; at + 4 < view.byteLength;) {
    if (view.getUint16(at + 2, true) === IFLA_OPERSTATE) return view.getUint8(at + 4);
    at += Math.ceil(view.getUint16(at, true) / 4) * 4;
  }
  return undefined;
}
