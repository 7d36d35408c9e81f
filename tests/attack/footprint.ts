/** What a process holds, as the kernel says. */
export interface Footprint {
  /** Open descriptors. */
  descriptors: number;
  /** Resident memory, bytes. */
  memory: number;
}

/** Looks at a process now. */
export async function footprint(pid: number): Promise<Footprint> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  return { descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length, memory: resident };
}

/** How often a process is looked at. Milliseconds. */
const EVERY = 50;

/** Looks at a process until `stop`, which gives the most that it held. */
export function watchFootprint(pid: number): { stop(): Promise<Footprint> } {
  const most: Footprint = { descriptors: 0, memory: 0 };
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const now = await footprint(pid);
      most.descriptors = Math.max(most.descriptors, now.descriptors);
      most.memory = Math.max(most.memory, now.memory);
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  })();
  return {
    async stop(): Promise<Footprint> {
      stopped = true;
      await watching;
      return most;
    },
  };
}
