/**
 * The user at the other end of a Unix socket, which Deno does not report (unix(7), SO_PEERCRED).
 */
import { EBADF } from "../errno.ts";
import { errno, libc } from "../libc.ts";

const AF_UNIX = 1;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_ACCEPTCONN = 30;
/** struct sockaddr_un: family, then a path of up to 108 bytes. */
const ADDRESS = 110;
/** The kernel assigns the lowest free descriptor: after a gap this long there is no new one. */
const GAP = 64;

/** A connection accepted at a path. */
export interface UnixPeer {
  fd: number;
  /** The user of the other end when it connected. */
  uid: number;
}

/** Lists the connections that this process accepted at a path and has not closed. */
export function unixPeersAt(path: string): UnixPeer[] {
  const found: UnixPeer[] = [];
  let gap = 0;
  for (let fd = 0; gap < GAP; fd++) {
    const local = localPath(fd);
    gap = local === "" ? gap + 1 : 0;
    if (local !== path || isListening(fd)) continue;
    const uid = peerUser(fd);
    if (uid !== undefined) found.push({ fd, uid });
  }
  return found;
}

// Reused, so that a search through a thousand descriptors allocates no garbage.
const address = new Uint8Array(ADDRESS);
const addressView = new DataView(address.buffer);
const addressLength = new Uint32Array(1);
const decoder = new TextDecoder();

/** The path that a descriptor is bound to; "" if it is closed, undefined for any other file. */
function localPath(fd: number): string | undefined {
  addressLength[0] = address.length;
  if (libc().getsockname(fd, address, addressLength) !== 0) {
    return errno() === EBADF ? "" : undefined;
  }
  if (addressView.getUint16(0, true) !== AF_UNIX) return undefined;
  const path = address.subarray(2, addressLength[0]);
  const end = path.indexOf(0);
  return decoder.decode(end < 0 ? path : path.subarray(0, end)) || undefined;
}

function isListening(fd: number): boolean {
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  return libc().getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, value, length) === 0 && value[0] === 1;
}

function peerUser(fd: number): number | undefined {
  const credentials = new Uint32Array(3); // struct ucred: pid, uid, gid
  const length = new Uint32Array([12]);
  return libc().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length) === 0
    ? credentials[1]
    : undefined;
}
