/** Makes Deno's event loop look for news without a change of thread. */
import { unwrap } from "./errno.ts";
import { libc } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const SUBJECT = "open a bell for the event loop";
/** Deno's own files are opened first and have low numbers. */
const MAX_FD = 1024;

/**
 * A datagram socket of Deno's that we send a byte to ourselves. Deno's event loop looks for news of
 * its sockets when nothing else is left to do: who waits for that byte lets it, and goes on when
 * what was there before the byte has been delivered, too.
 *
 * A few system calls instead of two changes of thread, which takes half the time where a core
 * is free, and a tenth and less where other processes want all of them.
 *
 * The addresses are in the abstract namespace (unix(7)): no file, no firewall. The ear is connected
 * to the hand, so that it hears nobody else.
 */
export class Bell {
  #ear: Deno.DatagramConn;
  #heard = new Uint8Array(1);
  #hand: number;
  #stroke = new Uint8Array(1);
  /** struct sockaddr_un of the ear. */
  #address: Uint8Array<ArrayBuffer>;

  /** Throws where the system or Deno's permissions do not let it. */
  constructor() {
    const name = `\0pppoe-proxy-${crypto.randomUUID()}`;
    this.#address = unixAddress(name);
    this.#ear = Deno.listenDatagram({ transport: "unixpacket", path: name });
    this.#hand = libc().socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    try {
      const { bind, connect } = libc();
      const hand = unixAddress(`${name}-hand`);
      unwrap(bind(this.#hand, hand, hand.length), "bind(AF_UNIX)", SUBJECT);
      const ear = findSocket(this.#address);
      unwrap(connect(ear, hand, hand.length), "connect(AF_UNIX)", SUBJECT);
      const { length } = this.#address;
      unwrap(connect(this.#hand, this.#address, length), "connect(AF_UNIX)", SUBJECT);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Resolves when the event loop has looked for news; false where the bell makes no sound. */
  async ring(): Promise<boolean> {
    const hearing = this.#ear.receive(this.#heard);
    if (libc().send(this.#hand, this.#stroke, 1, 0) === 1) {
      return await hearing.then(() => true, () => false);
    }
    hearing.catch(() => {}); // ends with `release`
    return false;
  }

  release(): void {
    this.#ear.close();
    libc().close(this.#hand);
  }
}

/** struct sockaddr_un { u16 family; char path[] }. */
function unixAddress(name: string): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(2 + name.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  new TextEncoder().encodeInto(name, address.subarray(2));
  return address;
}

/** This process's socket of an address; -1 where there is none. */
function findSocket(address: Uint8Array): number {
  const local = new Uint8Array(address.length);
  for (let fd = 0; fd < MAX_FD; fd++) {
    const length = new Uint32Array([local.length]);
    if (libc().getsockname(fd, local, length) !== 0 || length[0] !== local.length) continue;
    if (local.every((byte, i) => byte === address[i])) return fd;
  }
  return -1;
}
