import { KERNEL_SESSIONS, parseKernelSessions } from "../../pppoe/kernel_sessions.ts";
import { formatMac, type Mac } from "../../pppoe/mac.ts";

/** Time for which the list is cached, in milliseconds. */
const FRESH = 500;

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
      const sessions = parseKernelSessions(this.#read());
      return new Set(sessions.map(({ sessionId, remote }) => `${sessionId} ${remote}`));
    } catch (error) {
      return error instanceof Deno.errors.NotFound ? new Set() : undefined;
    }
  }
}
