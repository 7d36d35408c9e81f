/** How long a daemon may take to end its sessions, in milliseconds: the stop time of both services. */
const STOP_TIME = 15_000;
/** Time between two looks at a service, in milliseconds. */
const LOOK_INTERVAL = 200;

/** Resolves when a service no longer runs, or when it has had its time to end its sessions. */
export async function untilEnded(runs: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + STOP_TIME; Date.now() < end && await runs();) await pauseToLook();
}

/** Resolves when it is time to look at a service again. */
export function pauseToLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
}
