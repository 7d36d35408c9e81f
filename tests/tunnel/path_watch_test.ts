import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { PathWatch, QUIET } from "../../src/tunnel/path_watch.ts";

/** Interval between two looks at a path, in milliseconds. */
const LOOK = 100;

/** A simulated path on which one end sends packets, and each packet and ping is answered. */
interface SimulatedPath {
  /** Milliseconds there and back. */
  roundTrip: number;
  /** Maximum additional time of one answer. */
  jitter: number;
  /** Share of the answers that come only after a retransmission. */
  loss: number;
  /** Time between two packets of the sender; Infinity for none. */
  pace: number;
}

/** Plays `seconds` of a path that dies at `deathAt` ms; returns the times of silence found. */
function play(
  path: SimulatedPath,
  random: () => number,
  { seconds, deathAt = Infinity }: { seconds: number; deathAt?: number },
): { silences: number[]; asked: number } {
  const watch = new PathWatch();
  const answers: { at: number; ping: number | undefined }[] = [];
  const silences: number[] = [];
  let [sentAt, heardAt, isSilent, asked] = [-Infinity, 0, false, 0];
  const send = (now: number, ping?: number): void => {
    sentAt = now;
    if (now >= deathAt) return;
    // TCP and QUIC repeat a lost packet after a retransmission timeout (RFC 6298).
    const late = random() < path.loss ? path.roundTrip + 200 : 0;
    answers.push({ at: now + path.roundTrip + late + random() * path.jitter, ping });
  };
  send(0, 0);
  let next = 0;
  for (let now = 0; now < seconds * 1_000; now += 10) {
    if (now >= next) {
      send(now);
      next = now + path.pace;
    }
    if (now % 3_000 === 0) send(now, now);
    for (const answer of answers.filter(({ at }) => at <= now && at < deathAt)) {
      heardAt = now;
      if (answer.ping !== undefined) watch.answered(now - answer.ping, now);
      answers.splice(answers.indexOf(answer), 1);
    }
    if (now % LOOK !== 0) continue;
    const verdict = watch.check({ now, sentAt, heardAt });
    if (verdict === "ask") {
      asked++;
      send(now, now);
    }
    if (verdict === "silent" && !isSilent) silences.push(now);
    isSilent = verdict === "silent";
  }
  return { silences, asked };
}

const PATHS = fc.record({
  roundTrip: fc.integer({ min: 0, max: 800 }),
  jitter: fc.integer({ min: 0, max: 100 }),
  loss: fc.constantFrom(0, 0.001, 0.02),
  pace: fc.constantFrom(10, 100, 1_000, Infinity),
});

/** A generator from a seed, so that a failing case can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return state / 2 ** 32;
  };
}

Deno.test("Q5: a path that answers, however long, jittery and lossy, is never silent", () => {
  fc.assert(fc.property(PATHS, fc.nat(), (path, seed) => {
    assertEquals(play(path, randomOf(seed), { seconds: 60 }).silences, []);
  }));
});

Deno.test("Q5: a path that dies amid traffic is silent within a second and a few round trips", () => {
  const busy = PATHS.map((path) => ({ ...path, pace: Math.min(path.pace, 100) }));
  fc.assert(fc.property(busy, fc.nat(), (path, seed) => {
    const deathAt = 10_000;
    const { silences } = play(path, randomOf(seed), { seconds: 30, deathAt });
    const most = 1_000 + 6 * (path.roundTrip + path.jitter);
    assertEquals(silences.length, 1);
    assertLess(silences[0] - deathAt, most, JSON.stringify(path));
  }));
});

Deno.test("Q5: an idle path that dies is silent soon after the next ping", () => {
  const path = { roundTrip: 40, jitter: 0, loss: 0, pace: Infinity };
  const { silences } = play(path, () => 0.5, { seconds: 30, deathAt: 10_000 });
  assertEquals(silences.length, 1);
  assertLess(silences[0], 10_000 + 3_000 + 1_000);
});

Deno.test("a path is asked only when it is quiet amid traffic", () => {
  const steady = { roundTrip: 40, jitter: 0, loss: 0, pace: 100 };
  assertEquals(play(steady, () => 0.5, { seconds: 60 }).asked, 0);
  const idle = { ...steady, pace: Infinity };
  assertLess(play(idle, () => 0.5, { seconds: 60 }).asked, 3);
  const watch = new PathWatch();
  watch.answered(0, 0);
  assertEquals(watch.check({ now: 1, sentAt: 1, heardAt: 0 }), "quiet");
  assertEquals(watch.check({ now: QUIET, sentAt: QUIET, heardAt: 0 }), "quiet");
  assertEquals(watch.check({ now: QUIET + 1, sentAt: QUIET, heardAt: 0 }), "ask");
  assertEquals(watch.check({ now: QUIET + LOOK, sentAt: QUIET, heardAt: 0 }), "quiet");
});

Deno.test("each false alarm doubles the patience, and quiet minutes halve it again", () => {
  const watch = new PathWatch();
  for (let i = 0; i < 20; i++) watch.answered(1, i);
  const usual = watch.patience(100);
  let now = 1_000;
  for (let i = 1; i < 4; i++) {
    assertEquals(watch.check({ now, sentAt: now - QUIET, heardAt: now - QUIET - 1 }), "ask");
    const silentAt = now + watch.patience(now);
    assertEquals(watch.check({ now: silentAt, sentAt: now, heardAt: now - 1 }), "silent");
    now = silentAt + 1;
    watch.check({ now, sentAt: now - 1, heardAt: now });
    assertEquals(watch.patience(now), usual * 2 ** i);
  }
  assertEquals(watch.patience(now + 10 * 60_000), usual);
});

Deno.test("time in which the process did not run is no silence", () => {
  const watch = new PathWatch();
  for (let i = 0; i < 20; i++) watch.answered(1, i);
  assertEquals(watch.check({ now: 1_000, sentAt: 700, heardAt: 600 }), "ask");
  watch.slept(60_000);
  assertEquals(watch.check({ now: 61_100, sentAt: 1_000, heardAt: 600 }), "quiet");
  assert(watch.patience(61_100) < 1_000);
  assertEquals(watch.check({ now: 63_000, sentAt: 1_000, heardAt: 600 }), "silent");
});
