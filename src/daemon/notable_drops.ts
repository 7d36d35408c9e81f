/** Which drops need attention, and how the log says so. */
import { logger } from "../log.ts";
import { DROP_REASONS } from "../messages/catalogue.ts";
import type { RecentCount } from "./recent_counts.ts";

const log = logger("link");

/**
 * Drops that are a problem from this number an hour on. All others are normal, or follow from a
 * problem of their own. Refusals are logged one by one, drops of session frames only counted.
 */
export const NOTABLE: Readonly<Record<"refusals" | "drops", Readonly<Record<string, number>>>> = {
  refusals: {
    "ac-address-spoofed": 1,
    "ac-cookie-missing": 1,
    "customer-session-limit": 1,
    "discovery-rate": 10,
    "discovery-too-long": 1,
    "host-session": 1,
    "host-uniq-busy": 1,
    "host-uniq-forged": 1,
    "mac-in-use": 1,
    "offer-rate": 10,
    "own-address": 1,
    "padi-rate": 20,
    "pending-limit": 1,
    "session-limit": 1,
  },
  drops: {
    "control-excess": 1,
    "datagram-malformed": 1,
    "frame-too-long": 1,
    "queue-full": 1,
    "queue-stale": 1_000,
    "receive-joined": 1,
    "receive-truncated": 1,
    "transmit-error": 1,
    "transmit-full": 100,
    "tunnel-frame-unfit": 10,
  },
};

/** What a line says beside the count. */
interface Facts {
  readonly interface: string;
  readonly count: number;
  readonly reason: string;
  readonly meaning: string;
  readonly remedy: string | undefined;
}

/** What the kernel drops, beside the drop reasons. */
const KERNEL: Omit<Facts, "count" | "interface"> = {
  reason: "kernel",
  meaning: "The kernel dropped received frames, as the daemon was too slow for them.",
  remedy: "Look for a lack of CPU time; raise `[interface] ring_frames` for bursts.",
};

/** What to do about an interface, with its name. */
export function namingInterface(action: string, name: string): string {
  return action.replaceAll("INTERFACE", name);
}

/** Logs once that frames are dropped for a reason, and again after an hour without it. */
export class DropLog {
  #logged = new Set<string>();
  #warn: (facts: Facts) => void;

  constructor(warn = (facts: Facts) => log.warning("frames dropped", { ...facts })) {
    this.#warn = warn;
  }

  /** Looks at the counts of an interface's last hour; call it about once a second. */
  look(
    name: string,
    drops: Readonly<Record<string, RecentCount>>,
    kernel: RecentCount | undefined,
  ): void {
    for (const [reason, least] of Object.entries(NOTABLE.drops)) {
      const { meaning, action } = DROP_REASONS[reason];
      const remedy = action && namingInterface(action, name);
      const facts = { interface: name, reason, meaning, remedy };
      this.#note(facts, drops[reason]?.count ?? 0, least);
    }
    this.#note({ interface: name, ...KERNEL }, kernel?.count ?? 0, 1);
  }

  #note(facts: Omit<Facts, "count">, count: number, least: number): void {
    if (count < least) this.#logged.delete(facts.reason);
    else if (!this.#logged.has(facts.reason)) {
      this.#logged.add(facts.reason);
      this.#warn({ count, ...facts });
    }
  }
}
