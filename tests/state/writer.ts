/**
 * Writes sessions to the store in `Deno.args[0]` until it is killed: opens them in order, closes
 * each one that is 50 behind, and prints the number of each opened one. With a further argument it
 * opens 100, closes all but the last, and kills itself.
 */
import { counters, open, session } from "./sessions.ts";

if (import.meta.main) {
  const { journal } = open(Deno.args[0]);
  if (Deno.args.length > 1) {
    for (let i = 0; i < 100; i++) journal.opened(session(i));
    for (let i = 0; i < 99; i++) journal.closed(session(i), "padt-ac", counters(i));
    Deno.kill(Deno.pid, "SIGKILL");
  }
  const line = (i: number) => Deno.stdout.writeSync(new TextEncoder().encode(`${i}\n`));
  for (let i = 0; i < 60_000; i++) {
    journal.opened(session(i));
    if (i >= 50) journal.closed(session(i - 50), "idle", counters(i - 50));
    line(i);
    if (i % 40 === 39 && !await journal.flush()) Deno.exit(1);
  }
}
