/**
 * Measures the memory that the history takes: `deno run -A bench/history_memory.ts [CLIENTS]
 * [SESSIONS]`, after a day of samples in which all carry traffic.
 */
import { CLIENT_COLUMNS, TRAFFIC_COLUMNS } from "../src/history/columns.ts";
import { History, type HistorySource } from "../src/history/history.ts";
import { FINE_STEP } from "../src/history/timelines.ts";

const DAY = 24 * 3_600_000;
const START = 1_700_000_000_000;

/** Clients and sessions that carry a little more each time they are asked. */
function busySource(clients: number, sessions: number): HistorySource {
  const names = Array.from({ length: clients }, (_, i) => `client-${i}`);
  const open = Array.from({ length: sessions }, (_, i) => ({
    peer: { name: names[i % clients] },
    handle: i + 1,
  }));
  const values = new Float64Array(CLIENT_COLUMNS);
  const traffic = new Float64Array(TRAFFIC_COLUMNS);
  let carried = 0;
  return {
    peers(visit): void {
      values.fill(carried += 12_345);
      for (const name of names) visit(name, values);
    },
    sessions(visit): boolean {
      traffic.fill(carried);
      for (const session of open) visit(session, traffic, false);
      return true;
    },
    drops: () => carried,
  };
}

function memory(): { rss: number; heap: number; external: number } {
  const { rss, heapUsed, external } = Deno.memoryUsage();
  return { rss, heap: heapUsed, external };
}

if (import.meta.main) {
  const [clients = 1_000, sessions = 10_000] = Deno.args.map(Number);
  const source = busySource(clients, sessions);
  const before = memory();
  const history = new History(source);
  for (let time = FINE_STEP; time <= DAY; time += FINE_STEP) {
    history.sample(START + time, FINE_STEP);
  }
  const after = memory();
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const line = [
    `${history.size.clients} clients, ${history.size.sessions} sessions:`,
    `resident ${mebibytes(after.rss - before.rss)} more,`,
    `buffers ${mebibytes(after.external - before.external)},`,
    `heap ${mebibytes(after.heap - before.heap)}`,
  ].join(" ");
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
