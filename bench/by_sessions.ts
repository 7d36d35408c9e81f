/** Throughput by the number of sessions that the frames belong to. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions, MANY_SESSIONS } from "./dial.ts";
import { median } from "./figures.ts";
import { losslessRate } from "./lossless.ts";
import type { Figures } from "./report.ts";
import type { Findings, Goal } from "./section.ts";

/** Measures in rounds, so that a machine that gets slower does so for all numbers alike. */
export async function bySessions(quick: boolean): Promise<Findings> {
  const [numbers, rounds, sizes] = quick
    ? [[1, 1_000], 3, [64]]
    : [[1, 1_000, 10_000], 3, [64, 1510]];
  await using lab = await Lab.open();
  await lab.cables();
  const { server, client } = await startProxyPair(lab, {
    server: MANY_SESSIONS,
    client: MANY_SESSIONS,
  });
  const { up } = await dialSessions({ sessions: Math.max(...numbers) });
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  for (const size of sizes) {
    const rates = numbers.map((): number[] => []);
    let guess: number | undefined;
    for (let round = 0; round < rounds; round++) {
      for (const [i, number] of numbers.entries()) {
        const flows = up.slice(0, number);
        const effort = { seconds: 0.5, trials: quick ? 4 : 5, guess };
        guess = await losslessRate({ flows, size }, [server.pid, client.pid], effort) || guess;
        rates[i].push(guess ?? 0);
      }
    }
    for (const [i, number] of numbers.entries()) {
      const count = number.toLocaleString("en");
      figures[`without loss ${size} B, ${count} sessions, frames/s`] = median(rates[i]);
      if (i === 0) continue;
      const share = `${size} B, ${count} sessions against one, %`;
      figures[share] = median(rates[i].map((rate, n) => rate / rates[0][n])) * 100;
      goals[share] = { atLeast: 90 };
    }
  }
  const how = `${Math.max(...numbers).toLocaleString("en")} sessions are open, each with an ` +
    `address of its own; frames go up and are spread over so many in turn. Medians of ${rounds} rounds.`;
  return { how, figures, goals };
}
