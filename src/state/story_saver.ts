import type { DatabaseSync } from "node:sqlite";
import type { StoryBook } from "../stories/story_book.ts";
import { StoryRows } from "./story_rows.ts";

/** Pause between transactions with stories, in milliseconds. */
const PAUSE = 2_000;

/**
 * Saves stories in the journal's store. They may wait, so few are written at a time, and sessions go
 * first: a mass redial changes thousands.
 */
export class StorySaver {
  #book: StoryBook;
  #commit: (write: () => void) => void;
  #database: DatabaseSync | undefined;
  /** Of the store; made when it is first written, because it may lack the table until then. */
  #rows: StoryRows | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `commit` runs a transaction, unless the store cannot be written now. */
  constructor(book: StoryBook, commit: (write: () => void) => void) {
    this.#book = book;
    this.#commit = commit;
  }

  /** Switches to this store. */
  attach(database: DatabaseSync): void {
    this.#database = database;
    this.#rows = undefined;
  }

  /** Writes soon. */
  arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#commit(() => this.#write(false));
      if (this.#book.waiting > 0) this.arm();
    }, PAUSE);
  }

  /** Writes all that waits, for the last time. */
  finish(): void {
    clearTimeout(this.#timer);
    this.#commit(() => this.#write(true));
  }

  /** Called when the store may have lost what was written. */
  rewrite(): void {
    this.#book.rewrite();
  }

  /** Called after each transaction that is committed. */
  settle(): void {
    this.#book.settle();
  }

  /** Called after each transaction that is rolled back. */
  revert(): void {
    this.#book.revert();
  }

  #write(all: boolean): void {
    if (this.#database === undefined) return;
    this.#rows ??= new StoryRows(this.#database);
    this.#rows.write(this.#book, all);
  }
}
