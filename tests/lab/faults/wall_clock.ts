import type { Lab } from "../lab.ts";
import { runCommand } from "../process.ts";

const CLOCK_SHIFT = new URL("clock_shift.c", import.meta.url).pathname;

/** An adjustable wall clock for some programs of a lab; the machine's own clock is unchanged. */
export interface WallClock {
  /** The environment that makes a program read this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Its offset to the machine's clock, in seconds. */
  readonly ahead: number;
  set(ahead: number): void;
}

/** Builds the library through which programs read the clock. */
export async function makeWallClock(lab: Lab): Promise<WallClock> {
  const library = `${lab.folder}/clock_shift.so`;
  await runCommand("cc", "-shared", "-fPIC", "-O2", "-o", library, CLOCK_SHIFT, "-ldl");
  const path = `${lab.folder}/clock`;
  await Deno.writeFile(path, new Uint8Array(8));
  let ahead = 0;
  return {
    env: { LD_PRELOAD: library, CLOCK_SHIFT: path },
    get ahead() {
      return ahead;
    },
    set(seconds) {
      ahead = Math.round(seconds);
      // Written in place: a program that has mapped the file must not find it empty.
      using file = Deno.openSync(path, { write: true });
      file.writeSync(new Uint8Array(new BigInt64Array([BigInt(ahead)]).buffer));
    },
  };
}
