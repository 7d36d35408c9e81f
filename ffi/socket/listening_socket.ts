/**
 * A TCP port whose connections are accepted without Deno. Deno would build a connection object,
 * with TLS, for each before its admission is decided. That costs 0.5 ms of CPU and kilobytes of
 * garbage, and a stranger pays nothing for it.
 */
import { AcceptedSocket } from "./accepted_socket.ts";
import { EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM, SystemError, unwrap } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { decodeAddress, encodeAddress, isSameAddress, SOCKADDR_BYTES } from "./socket_address.ts";
import { socketsOf } from "./tcp.ts";
import { Poller } from "../poll/poller.ts";

const SOCK_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const F_DUPFD_CLOEXEC = 1030;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const IPPROTO_TCP = 6;
const TCP_LINGER2 = 8;
const SHUT_RDWR = 2;
/** How long the kernel waits for the FIN of a connection that we closed, in seconds. */
const ORPHAN_SECONDS = 2;
/** Maximum connections waiting to be accepted; net.core.somaxconn may lower it. */
const BACKLOG = 1_024;
/** Shortages; any other error means that the waiting connection is gone (accept(2)). */
const SHORTAGES: ReadonlySet<number> = new Set([EMFILE, ENFILE, ENOBUFS, ENOMEM]);

const peer = new Uint8Array(SOCKADDR_BYTES);
const peerLength = new Uint32Array(1);

/** A listening socket. */
export class ListeningSocket {
  readonly port: number;
  #fd: number;
  #poller = new Poller();
  #waiting = false;
  #isLeaving = false;

  /** Throws what `Deno.listen` throws: it resolves the name and binds the port. */
  constructor(host: string, port: number) {
    const listener = Deno.listen({ hostname: host, port });
    try {
      const address = listener.addr as Deno.NetAddr;
      this.port = address.port;
      this.#fd = adopt(address);
    } catch (error) {
      this.#poller.release();
      throw error;
    } finally {
      listener.close(); // our duplicate stays open
    }
    const seconds = new Uint8Array(new Int32Array([ORPHAN_SECONDS]).buffer);
    libc().setsockopt(this.#fd, IPPROTO_TCP, TCP_LINGER2, seconds, seconds.length);
    libc().listen(this.#fd, BACKLOG);
  }

  get closed(): boolean {
    return this.#isLeaving;
  }

  /**
   * Accepts the next connection; undefined if none is waiting. Throws SystemError if descriptors or
   * memory are short.
   */
  accept(): AcceptedSocket | undefined {
    if (this.#isLeaving) return undefined;
    peerLength[0] = peer.length;
    const number = libc().accept4(this.#fd, peer, peerLength, SOCK_NONBLOCK_CLOEXEC);
    if (number >= 0) return new AcceptedSocket(number, decodeAddress(peer));
    const error = errno();
    if (error === EAGAIN || !SHORTAGES.has(error)) return undefined;
    throw new SystemError("accept4", "accept a connection", error);
  }

  /** Resolves when a connection is waiting or the socket is closed. One call at a time. */
  async wait(): Promise<void> {
    if (this.#isLeaving) return;
    this.#waiting = true;
    await this.#poller.wait(this.#fd);
    this.#waiting = false;
    if (this.#isLeaving) this.#release();
  }

  /** Stops listening; a pending wait ends. */
  close(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    libc().shutdown(this.#fd, SHUT_RDWR);
    if (this.#waiting) this.#poller.wake();
    else this.#release();
  }

  #release(): void {
    libc().close(this.#fd);
    this.#fd = -1;
    this.#poller.release();
  }
}

/** Duplicates the descriptor of this process's socket that listens at an address. */
function adopt({ hostname, port }: Deno.NetAddr): number {
  const wanted = encodeAddress(hostname, port);
  const subject = `listen on ${hostname} port ${port}`;
  const found = socketsOf(port).find((fd) => listens(fd) && isAt(fd, wanted));
  if (found === undefined) throw new Error(`Cannot ${subject}: Deno's socket was not found`);
  return unwrap(libc().fcntl(found, F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)", subject);
}

function listens(fd: number): boolean {
  const value = new Int32Array(1);
  libc().getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, value, new Uint32Array([4]));
  return value[0] === 1;
}

/** Whether a socket is bound to an address. */
function isAt(fd: number, address: Uint8Array): boolean {
  const local = new Uint8Array(SOCKADDR_BYTES);
  libc().getsockname(fd, local, new Uint32Array([local.length]));
  return isSameAddress(address, local);
}
