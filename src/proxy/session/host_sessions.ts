import { formatMac, type Mac } from "../../pppoe/mac.ts";

/** Linux's list of its own PPPoE sessions (drivers/net/ppp/pppoe.c, pppoe_seq_show). */
const KERNEL_SESSIONS = "/proc/net/pppoe";
/** Time for which the list is cached, in milliseconds. */
const FRESH = 500;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The PPPoE sessions of this machine's own kernel, which no proxy may end. */
export class HostSessions {
  #read: () => string;
  #now: () => number;
  #known: ReadonlySet<string> | undefined;
  #readAt = -Infinity;

  /** `read` returns the kernel's list; it throws NotFound if the kernel has no PPPoE. */
  constructor(
    now: () => number,
    read: () => string = () => Deno.readTextFileSync(KERNEL_SESSIONS),
  ) {
    this.#now = now;
    this.#read = read;
  }

  /** Whether the kernel has this session with this host; `ifUnknown` if that cannot be read. */
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

/** Parses a list of `Id Address Device`; the id is hexadecimal in network byte order. */
export function parseKernelSessions(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, id, address] of text.matchAll(/^([0-9A-F]{8})\s+([0-9a-f:]{17})\s/gim)) {
    const raw = parseInt(id, 16);
    const sessionId = IS_LITTLE_ENDIAN ? (raw & 0xff) << 8 | raw >>> 8 & 0xff : raw & 0xffff;
    found.add(`${sessionId} ${address.toLowerCase()}`);
  }
  return found;
}
