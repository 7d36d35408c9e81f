/** This process's sockets by their local port. */
import { probeDescriptors } from "../descriptors.ts";
import { errno, libc } from "../libc.ts";
import {
  encodeAddress,
  isSameAddress,
  portOfAddress,
  SOCKADDR_BYTES,
  type SocketEnd,
} from "./socket_address.ts";
import { setTcpOptions, type TcpOptions } from "./tcp_options.ts";

const AF_INET = 2;
const AF_INET6 = 10;

/**
 * Sets the options of this process's TCP sockets with a local port; connections accepted by a
 * listening socket inherit them. Returns the number of sockets found.
 */
export function tuneSocketsOf(port: number, options?: TcpOptions): number {
  return socketsOf(port).filter((fd) => setTcpOptions(fd, options)).length;
}

/**
 * Descriptors of this process's sockets with a local port: of any protocol, and of any number of
 * connections, which differ in their addresses.
 */
export function socketsOf(port: number): number[] {
  const found: number[] = [];
  // Listing /proc/self/fd would need all of Deno's permissions; asking the kernel needs none.
  for (const [fd, error] of probeDescriptors(readName)) {
    if (error === 0 && isInternet() && portOfAddress(address) === port) found.push(fd);
  }
  return found;
}

/** Descriptor of this process's connection between two ends; undefined if it is closed. */
export function connectionBetween(local: SocketEnd, peer: SocketEnd): number | undefined {
  const [ours, theirs] = [local, peer].map(({ host, port }) => encodeAddress(host, port));
  return socketsOf(local.port).find((fd) =>
    readName(fd) === 0 && isSameAddress(ours, address) &&
    readPeer(fd) === 0 && isSameAddress(theirs, address)
  );
}

const address = new Uint8Array(SOCKADDR_BYTES);
const addressLength = new Uint32Array(1);

function isInternet(): boolean {
  const family = address[0] | address[1] << 8;
  return family === AF_INET || family === AF_INET6;
}

/** Reads a socket's own address into `address`; returns its errno. */
function readName(fd: number): number {
  addressLength[0] = address.length;
  return libc().getsockname(fd, address, addressLength) === 0 ? 0 : errno();
}

/** The same for its peer's. */
function readPeer(fd: number): number {
  addressLength[0] = address.length;
  return libc().getpeername(fd, address, addressLength) === 0 ? 0 : errno();
}
