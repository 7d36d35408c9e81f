import { isClockSynchronised } from "../../ffi/process/clock.ts";
import type { Check } from "./check.ts";

/** The program is younger than this, so a clock that shows an earlier time was never set. */
const EARLIEST = Date.UTC(2026, 0, 1);

/** Checks the system clock, on which log timestamps and certificate dates depend. */
export const CLOCK: Check = {
  name: "clock",
  look(_context, findings) {
    const now = new Date();
    const remedy = "run an NTP client such as chrony";
    if (now.getTime() < EARLIEST) {
      const words = `The clock shows ${now.toISOString()}, when this program did not exist`;
      findings.add("warning", "clock-wrong", "", { words, remedy: `set it, and ${remedy}` });
      return "";
    }
    const kept = isClockSynchronised();
    if (kept === false) {
      const words = `The clock shows ${now.toISOString()} and is not synchronised`;
      findings.add("warning", "clock-unsynchronised", "", { words, remedy });
    }
    return `${now.toISOString()}${kept ? ", synchronised" : ""}`;
  },
};
