/** Makes Deno's event loop poll its sockets without a thread switch. */
import { probeDescriptors } from "../descriptors.ts";
import { unwrap } from "../errno.ts";
import { errno, libc } from "../libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const SUBJECT = "open a socket that nudges the event loop";

/**
 * A datagram socket of Deno's to which this process sends itself one byte. Deno's event loop polls
 * its sockets when it has nothing else to do. Waiting for that byte makes it poll, and everything
 * that arrived before the byte is delivered before the wait ends.
 *
 * This takes a few system calls instead of two thread switches: half the time where a core is free,
 * and a tenth or less where other processes keep all cores busy.
 *
 * The addresses are in the abstract namespace (unix(7)): no file, no firewall. The receiver is
 * connected to the sender, so it accepts nothing from other processes.
 */
export class LoopNudge {
  /** Descriptor of the socket that the event loop watches. */
  readonly watched: number;
  #receiver: Deno.DatagramConn;
  #received = new Uint8Array(1);
  #sender: number;
  #byte = new Uint8Array(1);
  /** struct sockaddr_un of the receiving socket. */
  #address: Uint8Array<ArrayBuffer>;

  /** Throws if the system or Deno's permissions refuse the sockets. */
  constructor() {
    const name = `\0pppoe-proxy-${crypto.randomUUID()}`;
    this.#address = unixAddress(name);
    this.#receiver = Deno.listenDatagram({ transport: "unixpacket", path: name });
    this.#sender = libc().socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    try {
      const { bind, connect } = libc();
      const sender = unixAddress(`${name}-sender`);
      unwrap(bind(this.#sender, sender, sender.length), "bind(AF_UNIX)", SUBJECT);
      this.watched = findSocket(this.#address);
      unwrap(connect(this.watched, sender, sender.length), "connect(AF_UNIX)", SUBJECT);
      const { length } = this.#address;
      unwrap(connect(this.#sender, this.#address, length), "connect(AF_UNIX)", SUBJECT);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Resolves to true after the event loop has polled its sockets; to false if the nudge failed. */
  async nudge(): Promise<boolean> {
    const received = this.#receiver.receive(this.#received);
    if (libc().send(this.#sender, this.#byte, 1, 0) === 1) {
      return await received.then(() => true, () => false);
    }
    received.catch(() => {}); // `release` ends it
    return false;
  }

  release(): void {
    this.#receiver.close();
    libc().close(this.#sender);
  }
}

/** struct sockaddr_un { u16 family; char path[] }. */
function unixAddress(name: string): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(2 + name.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  new TextEncoder().encodeInto(name, address.subarray(2));
  return address;
}

/** Descriptor of this process's socket with an address; -1 if not found. */
function findSocket(address: Uint8Array): number {
  const local = new Uint8Array(address.length);
  const length = new Uint32Array(1);
  const readName = (fd: number): number => {
    length[0] = local.length;
    return libc().getsockname(fd, local, length) === 0 ? 0 : errno();
  };
  for (const [fd, error] of probeDescriptors(readName)) {
    if (error !== 0 || length[0] !== local.length) continue;
    if (local.every((byte, i) => byte === address[i])) return fd;
  }
  return -1;
}
