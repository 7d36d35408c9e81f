import { decodeMinutes, encodeMinute, type MinuteRecord } from "./minute_record.ts";
import { causeOf } from "./state_error.ts";

/** Name of the directory in `state_dir`. */
export const HISTORY_FOLDER = "history";
/** Maximum number of files, one for each hour: 24 whole hours and the one that has begun. */
export const MAX_FILES = 25;
/** Maximum length of a file, in bytes; minutes beyond it are not stored. */
export const MAX_FILE = 8 << 20;

/** Maximum number of minutes that wait for the disk. */
const MAX_WAITING = 2;

const NAME = /^\d{8}T\d{2}Z\.minutes$/;
const HOUR_MINUTES = 60;
const MINUTE = 60_000;

/** Callbacks of the files. */
export interface HistoryFilesOptions {
  /** Called once when writing starts to fail. */
  onTrouble: (message: string) => void;
  /** Called when it works again, with the number of minutes that were not stored. */
  onRecovery: (lost: number) => void;
}

/**
 * The history on disk: one file an hour, to which each minute is appended. It is not synced, as it
 * may lose minutes in a power cut, and it never makes the event loop wait.
 */
export class HistoryFiles {
  readonly #folder: string;
  readonly #options: HistoryFilesOptions;
  #written: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Minutes lost since writing started to fail; undefined while it works. */
  #lost: number | undefined;

  /** `directory` is the daemon's own `state_dir`. */
  constructor(directory: string, options: HistoryFilesOptions) {
    this.#folder = `${directory}/${HISTORY_FOLDER}`;
    this.#options = options;
  }

  /**
   * Returns what is stored, oldest first, and cuts off what a kill left unfinished. A file that
   * cannot be read counts as missing.
   */
  load(): MinuteRecord[] {
    const records: MinuteRecord[] = [];
    for (const name of this.#names()) {
      try {
        const bytes = Deno.readFileSync(`${this.#folder}/${name}`);
        const { records: found, length } = decodeMinutes(bytes);
        records.push(...found);
        if (length < bytes.length) Deno.truncateSync(`${this.#folder}/${name}`, length);
      } catch (error) {
        this.#fail(error, 0);
      }
    }
    return records;
  }

  /** Stores a minute; resolves when it is written or lost. Never rejects. */
  append(record: MinuteRecord): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      this.#fail(new Error("the disk does not answer"), 1);
      return this.#written;
    }
    this.#waiting++;
    this.#written = this.#written.then(() => this.#write(record))
      .then(() => this.#recover(), (error) => this.#fail(error, 1))
      .finally(() => this.#waiting--);
    return this.#written;
  }

  async #write(record: MinuteRecord): Promise<void> {
    const { step } = record.minute;
    const hour = new Date(Math.floor(step / HOUR_MINUTES) * HOUR_MINUTES * MINUTE);
    const name = `${hour.toISOString().slice(0, 13).replaceAll("-", "")}Z.minutes`;
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { isDirectory } = await Deno.lstat(this.#folder);
    if (!isDirectory) throw new Error(`"${this.#folder}" is not a directory`);
    const names = this.#names();
    if (!names.includes(name)) await this.#makeRoom(names, name);
    await append(`${this.#folder}/${name}`, encodeMinute(record));
  }

  /**
   * Removes the oldest files, so that there is room for this one; before them those of a later
   * hour, which are left of a time when the clock was wrong.
   */
  async #makeRoom(names: readonly string[], next: string): Promise<void> {
    const surplus = Math.max(0, names.length + 1 - MAX_FILES);
    const order = [...names.filter((name) => name > next), ...names.filter((name) => name < next)];
    for (const name of order.slice(0, surplus)) await Deno.remove(`${this.#folder}/${name}`);
  }

  /** Names of the files, oldest first. */
  #names(): string[] {
    try {
      return [...Deno.readDirSync(this.#folder)]
        .filter(({ name, isFile }) => isFile && NAME.test(name))
        .map(({ name }) => name).sort();
    } catch {
      return [];
    }
  }

  #fail(error: unknown, lost: number): void {
    const isFirst = this.#lost === undefined;
    this.#lost = (this.#lost ?? 0) + lost;
    if (isFirst) {
      this.#options.onTrouble(`Cannot keep the history in "${this.#folder}": ${causeOf(error)}`);
    }
  }

  #recover(): void {
    if (this.#lost === undefined) return;
    this.#options.onRecovery(this.#lost);
    this.#lost = undefined;
  }
}

/** Appends bytes to a file, or leaves it as it was. */
async function append(path: string, bytes: Uint8Array): Promise<void> {
  const before = await Deno.lstat(path).catch(() => undefined);
  if (before !== undefined && !before.isFile) throw new Error(`"${path}" is not a regular file`);
  const size = before?.size ?? 0;
  if (size + bytes.length > MAX_FILE) throw new Error(`"${path}" has reached ${MAX_FILE} bytes`);
  using file = await Deno.open(path, { append: true, create: true, mode: 0o600 });
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  } catch (error) {
    await file.truncate(size).catch(() => {});
    throw error;
  }
}
