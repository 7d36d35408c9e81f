import { formatMac, type Mac } from "../pppoe/mac.ts";

/** Where Linux lists the PPPoE sessions of its own (drivers/net/ppp/pppoe.c, pppoe_seq_show). */
const KERNEL_SESSIONS = "/proc/net/pppoe";
/** How long a look is good for. Milliseconds. */
const FRESH = 500;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The PPPoE sessions that this host's own kernel has, which no proxy may end. */
export class HostSessions {
  #read: () => string;
  #now: () => number;
  #known: ReadonlySet<string> | undefined;
  #readAt = -Infinity;

  /** `read` gives the kernel's list, and throws NotFound where it has no PPPoE. */
  constructor(
    now: () => number,
    read: () => string = () => Deno.readTextFileSync(KERNEL_SESSIONS),
  ) {
    this.#now = now;
    this.#read = read;
  }

  /** Whether the host has a session of this id with this peer; `ifUnknown` where that cannot be told. */
  has(remote: Mac, sessionId: number, ifUnknown: boolean): boolean {
    if (this.#now() - this.#readAt >= FRESH) {
      this.#known = this.#look();
      this.#readAt = this.#now();
    }
    return this.#known?.has(`${sessionId} ${formatMac(remote)}`) ?? ifUnknown;
  }

  #look(): ReadonlySet<string> | undefined {
    try {
      return parseKernelSessions(this.#read());
    } catch (error) {
      return error instanceof Deno.errors.NotFound ? new Set() : undefined;
    }
  }
}

/** Session ids and addresses of a list as `Id Address Device`; the id is hex in network byte order. */
export function parseKernelSessions(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, id, address] of text.matchAll(/^([0-9A-F]{8})\s+([0-9a-f:]{17})\s/gim)) {
    const raw = parseInt(id, 16);
    const sessionId = IS_LITTLE_ENDIAN ? (raw & 0xff) << 8 | raw >>> 8 & 0xff : raw & 0xffff;
    found.add(`${sessionId} ${address.toLowerCase()}`);
  }
  return found;
}
