/** Waits for a state that nothing announces. */

/** Far longer than anything takes on a machine that is busy with other work, in milliseconds. */
export const PATIENCE = 20_000;
/** Time between two looks, in milliseconds. */
const INTERVAL = 5;

/**
 * Resolves when `holds` returns true. After {@linkcode PATIENCE}, throws an Error with what `show`
 * returns, by default the condition's source.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  show: () => string = () => String(holds),
): Promise<void> {
  for (const end = performance.now() + PATIENCE; !await holds();) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE} ms: ${show()}`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
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
