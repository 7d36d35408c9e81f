/** Waits for a state that nothing announces. */

/** Far longer than anything takes, even on a machine that is busy with other work; milliseconds. */
export const PATIENCE = 60_000;
/** Looks that are only a turn of the event loop apart: what happens in this process takes no more. */
const TURNS = 20;
/** Growth of the time between later looks, and its limits in milliseconds. */
const [GROWTH, SHORTEST, LONGEST] = [1 / 4, 1, 100];

/**
 * Resolves when `holds` returns true. After {@linkcode PATIENCE}, throws an Error with what `show`
 * returns, by default the condition's source.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  show: () => string = () => String(holds),
): Promise<void> {
  const began = performance.now();
  for (let looks = 1; !await holds(); looks++) {
    const passed = performance.now() - began;
    if (passed > PATIENCE) throw new Error(`Not within ${PATIENCE} ms: ${show()}`);
    const pause = Math.min(LONGEST, Math.max(SHORTEST, passed * GROWTH));
    await new Promise((resolve) =>
      looks < TURNS ? setImmediate(resolve) : setTimeout(resolve, pause)
    );
  }
}

/** Settles as `promise` does; rejects with an Error if it has not after {@linkcode PATIENCE}. */
export async function inTime<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Not within ${PATIENCE} ms`)), PATIENCE);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
