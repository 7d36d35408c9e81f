/** Resources of a process, as reported by the kernel. */
export interface Footprint {
  /** Number of open descriptors. */
  descriptors: number;
  /** Resident memory, in bytes. */
  memory: number;
  /** The part of it that is not mapped from files: the executable's pages come and go with use. */
  anonymous: number;
}

/** Measures a process now. */
export async function footprint(pid: number): Promise<Footprint> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const bytes = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return {
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    memory: bytes("VmRSS"),
    anonymous: bytes("RssAnon"),
  };
}

/** USER_HZ (time(7)): the clock ticks per second of proc(5). */
const TICKS = 100;

/** Returns the CPU time that a process has used so far, in seconds. */
export async function cpuTime(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // Fields 14 and 15, utime and stime; the second field, in brackets, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Interval between measurements, in milliseconds. */
const EVERY = 50;

/** Measures a process until `stop`, which returns the maximum. */
export function watchFootprint(pid: number): { stop(): Promise<Footprint> } & AsyncDisposable {
  const most: Footprint = { descriptors: 0, memory: 0, anonymous: 0 };
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const now = await footprint(pid);
      most.descriptors = Math.max(most.descriptors, now.descriptors);
      most.memory = Math.max(most.memory, now.memory);
      most.anonymous = Math.max(most.anonymous, now.anonymous);
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  })();
  const stop = async (): Promise<Footprint> => {
    stopped = true;
    await watching;
    return most;
  };
  return { stop, [Symbol.asyncDispose]: async () => void await stop() };
}
