/**
 * Loaded before each file of tests: a file whose tests wait forever fails by name, and the next
 * ones still run.
 */

/** Five times what the slowest file takes; milliseconds. */
const LIMIT = Number(Deno.env.get("PPPOE_TEST_FILE_LIMIT") ?? 600_000);

Deno.unrefTimer(setTimeout(() => {
  throw new Error(`The tests of this file have not ended within ${LIMIT / 1_000} s`);
}, LIMIT));
