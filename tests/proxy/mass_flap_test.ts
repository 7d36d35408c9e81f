import { assert, assertEquals } from "@std/assert";
import { within } from "./dial.ts";
import type { Path } from "./path.ts";
import { Segment } from "./segment.ts";
import { DEFAULTS } from "./default_limits.ts";

const SESSIONS = 1_000;

/** Returns the maximum number of PADIs in any interval of this length, in milliseconds. */
function peak(times: number[], length: number): number {
  const count = (from: number) => times.filter((at) => at >= from && at < from + length).length;
  return Math.max(...times.map(count));
}

async function flap(path: Path, clients: number): Promise<void> {
  const segment = new Segment(path, SESSIONS / clients);
  await segment.pass(20_000);
  assertEquals([segment.online, segment.sessions.size], [SESSIONS, SESSIONS]);
  // The server gives them up, then the tunnels return: all customers get a PADT at once.
  for (let i = 0; i < clients; i++) await path.lose(i);
  path.advance(30_000);
  path.server.proxy.sweep(30_000);
  for (let i = 0; i < clients; i++) path.reconnect(i);
  segment.padis.length = 0;
  await segment.pass(20);
  assertEquals([segment.padts, segment.sessions.size], [SESSIONS, segment.online]);
  const began = segment.time;
  while (segment.online < SESSIONS && segment.time < began + 20_000) await segment.pass(100);
  assertEquals([segment.online, segment.sessions.size], [SESSIONS, SESSIONS]);
  for (const length of [100, 1_000, 4_000]) {
    const most = DEFAULTS.padiRate * length / 1_000 + DEFAULTS.padiBurst;
    const seen = peak(segment.padis, length);
    assert(seen <= most, `${seen} PADIs in ${length} ms`);
  }
  assert(segment.padis.length <= 1.05 * SESSIONS, `${segment.padis.length} PADIs in all`);
  const back = segment.time - began;
  assert(back <= 8_000, `${back} ms until all were online again`);
}

for (const names of [["north"], ["north", "east", "south", "west"]]) {
  const where = `of ${names.length} client${names.length > 1 ? "s" : ""}`;
  Deno.test(`1,000 sessions ${where} that are lost at once are back in 8 s, and the AC is asked evenly`, () =>
    within(
      { clients: names, limits: DEFAULTS, sessionsPerClient: 10_000 },
      (path) => flap(path, names.length),
    ));
}
