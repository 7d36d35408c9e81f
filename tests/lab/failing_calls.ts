import type { LabProcess } from "./process.ts";
import { startProcess } from "./process.ts";

/** System calls that fail as they do when a kernel resource is short (strace(1), `inject`). */
export interface FailingCalls {
  /** Names of the calls. */
  readonly calls: readonly string[];
  readonly error: "ENFILE" | "ENOMEM" | "ENOBUFS";
  /** Which of the calls fail, such as `3+` or `1+2`. Default: all. */
  readonly when?: string;
}

/**
 * Makes calls of a running process fail while `body` runs. The process runs slowly while it is
 * traced.
 */
export async function whileFailing(
  process: LabProcess,
  { calls, error, when = "1+" }: FailingCalls,
  body: () => Promise<void>,
): Promise<void> {
  const names = calls.join(",");
  await using tracer = startProcess({
    name: "strace",
    program: "strace",
    args: [
      ...["-f", "-p", String(process.pid), "-o", "/dev/null"],
      ...["-e", `trace=${names}`, "-e", `inject=${names}:error=${error}:when=${when}`],
    ],
  });
  await tracer.waitForLine(/attached/);
  await body();
}
