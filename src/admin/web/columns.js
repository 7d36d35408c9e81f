// @ts-check
/** Columns that the lists of clients and of sessions have in common. */
import { h } from "preact";
import { bytes } from "./format.js";
import { Pair, RatePair } from "./parts.js";
import { Spark } from "./spark.js";

/**
 * @param {(row: any) => any} rateOf The rate of a row, as `RatePair` takes it.
 * @returns {import("./table.js").Column[]} What a row carries now, in the last hour, and in all.
 */
export function trafficColumns(rateOf) {
  return [
    { heading: "Rate", kind: "number rate", cell: (row) => h(RatePair, { rate: rateOf(row) }) },
    {
      heading: "Trend",
      unseen: true,
      kind: "spark-cell",
      cell: (row) => h(Spark, { values: row.sparkline }),
    },
    {
      heading: "Carried",
      kind: "number",
      sort: "bytes",
      choice: "Most carried",
      cell: (row) => h(Pair, { up: bytes(row.bytes_up), down: bytes(row.bytes_down) }),
    },
  ];
}
