// @ts-check
/// <reference lib="dom" />
/** What the daemon remembers of its traffic. */
import { useEffect, useState } from "preact/hooks";
import { ask } from "./api.js";
import { isoOf } from "./span.js";

/** Time between questions for a span that ends now, in milliseconds: the daemon's step. */
const PERIOD = 10_000;
/** Points that a plot can show. */
const POINTS = "700";

/** Keys of the history by those of rates. */
const KEYS = /** @type {const} */ (["bytes_up", "bytes_down", "frames_up", "frames_down"]);

/** @typedef {import("./series.js").Samples} Samples */
/** Times of samples are the middles of steps. @typedef {{ samples: Samples; step: number; events: readonly any[] }} Past */

/** Before the first answer. @type {Past} */
const NOTHING = { samples: { times: [], rates: [] }, step: 10, events: [] };

/**
 * Asks for the history of a subject, again and again unless the span is fixed.
 *
 * @param {Readonly<Record<string, string | undefined>>} subject
 * @param {import("./span.js").Span} span
 * @returns {Past}
 */
export function useHistory(subject, span) {
  const [answer, setAnswer] = useState(
    /** @type {{ key: string; past: Past } | undefined} */ (undefined),
  );
  const { from, to, isFixed } = span;
  const key = JSON.stringify([subject, isFixed ? [from, to] : Math.round(to - from)]);
  useEffect(() => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let isWanted = true;
    const load = async () => {
      const past = await askHistory(subject, span).catch(() => undefined); // live.js reports it
      if (!isWanted) return;
      if (past !== undefined) setAnswer({ key, past });
      if (!isFixed) timer = setTimeout(load, PERIOD);
    };
    load();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key]);
  return answer?.key === key ? answer.past : NOTHING;
}

/**
 * @param {Readonly<Record<string, string | undefined>>} subject
 * @param {import("./span.js").Span} span
 */
async function askHistory(subject, { from, to, isFixed }) {
  const now = Date.now() / 1_000;
  const begin = isFixed ? from : now - (to - from);
  const end = isFixed ? { to: isoOf(to + 1) } : {};
  const query = new URLSearchParams({
    .../** @type {any} */ (subject),
    ...end,
    from: isoOf(begin),
    points: POINTS,
  });
  return pastOf(await ask("GET", `history?${query}`));
}

/** @param {any} answer Of the daemon. @returns {Past} */
export function pastOf(answer) {
  const step = answer.step_seconds;
  const begin = Date.parse(answer.from) / 1_000;
  /** @type {(number | null)[]} */
  const values = answer.bytes_up_per_second;
  const rates = values.map((value, at) =>
    value === null
      ? null
      : Object.fromEntries(KEYS.map((key) => [key, answer[`${key}_per_second`][at]]))
  );
  const times = values.map((_, at) => begin + (at + 0.5) * step);
  return { samples: { times, rates: /** @type {any} */ (rates) }, step, events: answer.events };
}

/** Joins the history with what the page has measured since it was opened. @param {Past} past @param {Samples} samples @returns {Samples} */
export function joinSamples({ samples: past, step }, samples) {
  // The page knows a rate with its second question: before it, the past goes on.
  const begin = samples.rates.findIndex((rate) => rate !== null);
  if (begin === -1) return past;
  const count = past.times.filter((time) => time + step / 2 <= samples.times[begin]).length;
  return {
    times: [...past.times.slice(0, count), ...samples.times.slice(begin)],
    rates: [...past.rates.slice(0, count), ...samples.rates.slice(begin)],
  };
}
