// @ts-check
/** A small plot of both directions without axes: the shape of the last two minutes. */
import { h } from "preact";

const [WIDTH, HEIGHT] = [72, 20];

/**
 * @param {{ rates: readonly import("./rates.js").Rate[] }} facts Oldest first; null leaves a gap.
 */
export function Spark({ rates }) {
  const most = Math.max(
    1,
    ...rates.map((rate) => Math.max(rate?.bytes_up ?? 0, rate?.bytes_down ?? 0)),
  );
  return h(
    "svg",
    {
      class: "spark",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      "aria-hidden": "true",
    },
    h("path", { class: "down", d: sparkPath(rates.map((rate) => rate && rate.bytes_down / most)) }),
    h("path", { class: "up", d: sparkPath(rates.map((rate) => rate && rate.bytes_up / most)) }),
  );
}

/** @param {readonly (number | null)[]} shares From 0 to 1. @returns {string} The newest is at the right edge. */
export function sparkPath(shares) {
  const step = WIDTH / 59;
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
