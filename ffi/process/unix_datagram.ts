/** Datagrams to Unix sockets of other processes, without waiting (unix(7)). */
import { SystemError } from "../errno.ts";
import { errno, libc } from "../libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
/** Neither waits for a reader that does not read nor raises a signal for one that is gone. */
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
/** sizeof(struct sockaddr_un) without the family. */
const MAX_PATH = 108;

/** A socket that sends to one address. */
export class UnixDatagram implements Disposable {
  #address: Uint8Array<ArrayBuffer>;
  #subject: string;
  #fd: number;

  /**
   * `address` is an absolute path, or `@` and a name in the abstract namespace; `verb` says in
   * errors what is done to it. Throws TypeError for any other address, and SystemError if there is
   * no socket to be had.
   */
  constructor(address: string, verb: string) {
    this.#address = encodeAddress(address, verb);
    this.#subject = `${verb} "${address}"`;
    this.#fd = libc().socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (this.#fd < 0) throw new SystemError("socket(AF_UNIX)", this.#subject, errno());
  }

  /** Sends a datagram. Throws SystemError: EAGAIN if the reader is behind, EMSGSIZE if too long. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    const sent = libc().sendto(
      this.#fd,
      bytes,
      bytes.length,
      MSG_DONTWAIT_NOSIGNAL,
      this.#address,
      this.#address.length,
    );
    if (sent < 0) throw new SystemError("sendto", this.#subject, errno());
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) libc().close(this.#fd);
    this.#fd = -1;
  }
}

/** struct sockaddr_un: the family, then the path; an abstract name begins with a zero byte. */
function encodeAddress(socket: string, verb: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(socket);
  if (!/^[/@]./.test(socket) || name.length >= MAX_PATH) {
    throw new TypeError(
      `Cannot ${verb} "${socket}": not a socket address; use an absolute path, or "@" and a name, shorter than ${MAX_PATH} bytes`,
    );
  }
  const address = new Uint8Array(2 + name.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  if (socket.startsWith("@")) address[2] = 0;
  return address;
}
