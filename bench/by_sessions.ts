/** Throughput by the number of sessions. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions, MANY_SESSIONS } from "./dial.ts";
import { median } from "./figures.ts";
import { losslessRate } from "./lossless.ts";
import type { Figures } from "./section.ts";
import type { Findings, Goal } from "./section.ts";

/**
 * Measures in rounds that each start with another number, so that neither the order nor a machine
 * that slows down favours one. One session is measured twice: the difference is noise, and smaller
 * differences of the others mean nothing.
 */
export async function bySessions(quick: boolean): Promise<Findings> {
  const numbers = quick ? [1, 1, 1_000] : [1, 1, 1_000, 10_000];
  const rounds = quick ? 3 : 6;
  await using lab = await Lab.open();
  await lab.cables();
  const { server, client } = await startProxyPair(lab, {
    server: MANY_SESSIONS,
    client: MANY_SESSIONS,
  });
  const open = Math.max(...numbers);
  const { up } = await dialSessions({ sessions: open });
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  for (const size of quick ? [64] : [64, 1510]) {
    const rates = numbers.map((): number[] => []);
    for (let i = 0; i < rounds * numbers.length; i++) {
      const which = (i + Math.floor(i / numbers.length)) % numbers.length;
      const flows = up.slice(0, numbers[which]);
      const effort = { seconds: 0.4, trials: 4, guess: rates[which].findLast((rate) => rate > 0) };
      rates[which].push(await losslessRate({ flows, size }, [server.pid, client.pid], effort));
    }
    for (const [i, number] of numbers.entries()) {
      const name = i === 1 ? "1 session again" : `sessions: ${number.toLocaleString("en")}`;
      figures[`${size} B, ${name}, without loss, frames/s`] = median(rates[i]);
      if (i === 0) continue;
      const shares = rates[i].map((rate, n) => rate / rates[0][n] * 100);
      figures[`${size} B, ${name}, against one, %`] = median(shares);
      figures[`${size} B, ${name}, least of the rounds, %`] = Math.min(...shares);
      figures[`${size} B, ${name}, most of the rounds, %`] = Math.max(...shares);
      if (i > 1) goals[`${size} B, ${name}, against one, %`] = { atLeast: 90 };
    }
  }
  const how = `${open.toLocaleString("en")} sessions are open, each with its own address; ` +
    `frames are sent up, spread over the given number in turn. Medians of ${rounds} rounds.`;
  return { how, figures, goals };
}
