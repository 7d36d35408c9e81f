/**
 * Ticks per second in /proc/PID/stat (proc(5), sysconf(_SC_CLK_TCK)): 100 on all Linux systems in
 * use.
 */
const TICKS = 100;

/** Returns the CPU seconds used by these processes so far, in steps of 10 ms each. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS;
  }, 0);
}

/**
 * Returns the CPU seconds used by the living threads of these processes so far, to the nanosecond
 * (proc(5), /proc/PID/task/TID/schedstat).
 */
export function threadSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const folder = `/proc/${pid}/task`;
    const nanoseconds = [...Deno.readDirSync(folder)].map(({ name }) =>
      Number(Deno.readTextFileSync(`${folder}/${name}/schedstat`).split(" ")[0])
    );
    return sum + nanoseconds.reduce((all, one) => all + one, 0) / 1e9;
  }, 0);
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
