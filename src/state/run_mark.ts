/** A mark in `state_dir` while a process runs there. */

/** Name of the file in `state_dir`. */
export const RUN_FILE = "running";
/** A UUID that the kernel makes at its start (random(4)). */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";
const BOOT_ID_CHARS = 36;

/** How a process ended that did not stop: alone, or with its machine. */
export type UncleanEnd = "killed" | "machine-reset";

/** Shows the next process whether this one has stopped. A disk that fails shows nothing. */
export class RunMark {
  readonly #path: string;
  readonly #boot: string;

  /** `directory` is the daemon's own `state_dir`, which it has locked. */
  constructor(directory: string, boot = readBootId()) {
    this.#path = `${directory}/${RUN_FILE}`;
    this.#boot = boot;
  }

  /** Sets the mark; returns how the process before ended, or undefined if it stopped. */
  begin(): UncleanEnd | undefined {
    const left = this.#read();
    this.end();
    try {
      Deno.writeTextFileSync(this.#path, this.#boot, { createNew: true, mode: 0o600 });
    } catch {
      // Whether this process stops will not be known.
    }
    if (left === undefined) return undefined;
    return left === this.#boot ? "killed" : "machine-reset";
  }

  /** Removes the mark, because the process stops. */
  end(): void {
    try {
      Deno.removeSync(this.#path);
    } catch {
      // There is none, or it cannot be removed.
    }
  }

  /** The kernel's id of the process that left a mark; undefined if there is none. */
  #read(): string | undefined {
    try {
      const { isFile, size } = Deno.lstatSync(this.#path);
      if (!isFile || size > BOOT_ID_CHARS) return undefined;
      return Deno.readTextFileSync(this.#path);
    } catch {
      return undefined;
    }
  }
}

function readBootId(): string {
  try {
    return Deno.readTextFileSync(BOOT_ID).trim().slice(0, BOOT_ID_CHARS);
  } catch {
    return "";
  }
}
