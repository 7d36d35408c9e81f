import { decodeAmount, encodeAmount, MISSING } from "./compact.ts";
import type { Timeline } from "./timeline.ts";

/** Values of one subject by row of a timeline and by column; NaN is a missing value. */
export interface Series {
  readonly columns: number;
  get(row: number, column: number): number;
  set(row: number, column: number, value: number): void;
}

/** A series with 64 bits a value. */
export class ExactSeries implements Series {
  readonly columns: number;
  #values: Float64Array;

  constructor({ size }: Timeline, columns: number) {
    this.columns = columns;
    this.#values = new Float64Array(size * columns).fill(NaN);
  }

  get(row: number, column: number): number {
    return this.#values[row * this.columns + column];
  }

  set(row: number, column: number, value: number): void {
    this.#values[row * this.columns + column] = value;
  }
}

/** A series with 16 bits a value. */
export class CompactSeries implements Series {
  readonly columns: number;
  #codes: Uint16Array;

  constructor({ size }: Timeline, columns: number) {
    this.columns = columns;
    this.#codes = new Uint16Array(size * columns).fill(MISSING);
  }

  get(row: number, column: number): number {
    return decodeAmount(this.#codes[row * this.columns + column]);
  }

  set(row: number, column: number, value: number): void {
    this.#codes[row * this.columns + column] = encodeAmount(value);
  }
}
