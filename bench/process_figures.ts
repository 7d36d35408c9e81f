/** Nanoseconds of CPU time by thread: `PID/TID`. */
export type CpuSnapshot = ReadonlyMap<string, number>;

/**
 * Reads the CPU time of each living thread of these processes (proc(5),
 * /proc/PID/task/TID/schedstat).
 */
export function cpuSnapshot(pids: readonly number[]): CpuSnapshot {
  const used = new Map<string, number>();
  for (const pid of pids) {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      try {
        const text = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`);
        used.set(`${pid}/${name}`, Number(text.split(" ")[0]));
      } catch (error) {
        // The thread has ended.
        if (!(error instanceof Deno.errors.NotFound) && !isNoProcess(error)) throw error;
      }
    }
  }
  return used;
}

function isNoProcess(error: unknown): boolean {
  return error instanceof Error && /ESRCH|os error 3\b/.test(error.message);
}

/**
 * Returns the CPU seconds used since a snapshot. Threads that ended meanwhile do not count; Deno's
 * pool ends a thread only after seconds without work.
 */
export function cpuSince(before: CpuSnapshot, pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const [thread, used] of cpuSnapshot(pids)) nanoseconds += used - (before.get(thread) ?? 0);
  return nanoseconds / 1e9;
}

/** Ticks per second in /proc/stat (proc(5), sysconf(_SC_CLK_TCK)): 100 on all Linux systems. */
const TICKS = 100;

/** Returns the seconds for which this machine's cores have been busy, in steps of 10 ms each. */
export function machineSeconds(): number {
  const [first] = Deno.readTextFileSync("/proc/stat").split("\n", 1);
  const [user, nice, system, , , irq, softirq] = first.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) / TICKS;
}

/** Returns the resident memory of these processes in MiB. */
export function residentMebibytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + kibibytes(pid, "status", "VmRSS") / 1024, 0);
}

/** Returns the resident memory of a process, and its private dirty memory, in bytes. */
export function memoryOf(pid: number): { resident: number; dirty: number } {
  return {
    resident: kibibytes(pid, "status", "VmRSS") * 1024,
    dirty: kibibytes(pid, "smaps_rollup", "Private_Dirty") * 1024,
  };
}

function kibibytes(pid: number, file: string, field: string): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/${file}`);
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1]);
}
