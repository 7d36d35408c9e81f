import { decodeAmount, encodeAmount, MISSING } from "./compact.ts";

/** Values of one subject by row of a timeline and by column; NaN is a missing value. */
export interface Series {
  readonly columns: number;
  get(row: number, column: number): number;
  set(row: number, column: number, value: number): void;
  /** Makes all values missing. */
  clear(): void;
}

/** A series with 64 bits a value. */
export class ExactSeries implements Series {
  readonly columns: number;
  #values: Float64Array;

  constructor(rows: number, columns: number) {
    this.columns = columns;
    this.#values = new Float64Array(rows * columns).fill(NaN);
  }

  get(row: number, column: number): number {
    return this.#values[row * this.columns + column];
  }

  set(row: number, column: number, value: number): void {
    this.#values[row * this.columns + column] = value;
  }

  clear(): void {
    this.#values.fill(NaN);
  }
}

/** A series with 16 bits a value. */
export class CompactSeries implements Series {
  readonly columns: number;
  #codes: Uint16Array;
  #begin: number;
  #end: number;

  /** Keeps its values in `codes` from `begin` on; by default in memory of its own, all missing. */
  constructor(rows: number, columns: number, codes?: Uint16Array, begin = 0) {
    this.columns = columns;
    this.#codes = codes ?? new Uint16Array(rows * columns);
    this.#begin = begin;
    this.#end = begin + rows * columns;
    if (codes === undefined) this.clear();
  }

  get(row: number, column: number): number {
    return decodeAmount(this.#codes[this.#begin + row * this.columns + column]);
  }

  set(row: number, column: number, value: number): void {
    this.#codes[this.#begin + row * this.columns + column] = encodeAmount(value);
  }

  clear(): void {
    this.#codes.fill(MISSING, this.#begin, this.#end);
  }
}
