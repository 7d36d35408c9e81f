/** Ticks of /proc/PID/stat in a second (proc(5), sysconf(_SC_CLK_TCK)): 100 on all Linux systems in use. */
const TICKS = 100;

/** CPU seconds that these processes have used so far. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS;
  }, 0);
}

/** Resident memory of these processes in MiB. */
export function residentMebibytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }, 0);
}
