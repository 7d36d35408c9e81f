import { TokenBucket } from "../../limits/token_bucket.ts";
import { loginRefusal } from "../../pppoe/authentication.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Session } from "./session.ts";

/** Refusals per second that are reported; more tell nothing new, and an AC could send any number. */
const REPORTED = { rate: 10, burst: 32 };

/** Reports the logins that ACs refuse, as PPP's answers pass to customers. */
export class LoginRefusals {
  #options: Pick<ProxyOptions, "now" | "story" | "loginRefused">;
  #bucket = new TokenBucket(REPORTED);

  constructor(options: Pick<ProxyOptions, "now" | "story" | "loginRefused">) {
    this.#options = options;
  }

  /** Looks at a packet of an authentication protocol, `length` bytes at `at`, from the AC. */
  packet(session: Session, bytes: Uint8Array, at: number, length: number): void {
    const { now, story, loginRefused } = this.#options;
    const refusal = loginRefusal(bytes, at, length);
    if (refusal === undefined || !this.#bucket.take(now())) return;
    story?.loginRefused(session, refusal);
    loginRefused?.(session, refusal);
  }
}
