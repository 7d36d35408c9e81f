// @ts-check
/** A small plot without axes: the shape of the last hour, both directions together. */
import { h } from "preact";

const [WIDTH, HEIGHT] = [72, 20];
/** Values of a whole sparkline, as many as the daemon is asked for. */
const POINTS = 60;
/** What a list is asked with, so that its rows have a sparkline. */
export const WITH_SPARKLINE = { sparkline: String(POINTS) };

/**
 * @param {{ values: readonly (number | null)[] | undefined }} facts Oldest first; null leaves a gap.
 */
export function Spark({ values = [] }) {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  return h(
    "svg",
    {
      class: "spark",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      "aria-hidden": "true",
    },
    h("path", { d: sparkPath(values.map((value) => value === null ? null : value / most)) }),
  );
}

/** @param {readonly (number | null)[]} shares From 0 to 1. @returns {string} The newest is at the right edge. */
export function sparkPath(shares) {
  const step = WIDTH / (POINTS - 1);
  let pen = "M";
  return shares.map((share, at) => {
    if (share === null) {
      pen = "M";
      return "";
    }
    const x = WIDTH - (shares.length - 1 - at) * step;
    const point = `${pen}${x.toFixed(1)} ${(HEIGHT - 1 - share * (HEIGHT - 2)).toFixed(1)}`;
    pen = "L";
    return point;
  }).join("");
}
