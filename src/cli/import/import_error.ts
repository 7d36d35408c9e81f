import { printable } from "../../printable.ts";

/** A command line that cannot be imported, with the reason and what to do. */
export class ImportError extends Error {
  override name = "ImportError";

  constructor(message: string) {
    super(printable(message));
  }
}
