import { basename, extname, join } from "node:path";
import { FileRing } from "../capture/file_ring.ts";
import { trustedOwners } from "../config/files/file_rules.ts";
import { checkCaptureDirectory } from "../config/files/places.ts";
import { causeOf } from "../state/state_error.ts";
import type { CaptureConfig } from "../config/types.ts";
import { logger } from "../log.ts";
import { parseMac } from "../pppoe/mac.ts";
import { abandonCapture, type CaptureReader, type CaptureSource } from "./captures.ts";

const log = logger("capture");

/** Writes the frames selected by the configuration to its ring of files. */
export class CaptureRing {
  /** Path of the configuration file. */
  #file: string;
  #captures: CaptureSource;
  #troubled: (cause: string | undefined) => void;
  #capture: CaptureReader | undefined;
  /** Resolves when the most recently started ring is closed. */
  #written: Promise<void> = Promise.resolve();
  /** Serialises changes. */
  #turn: Promise<void> = Promise.resolve();

  /** `troubled` takes why the configured capture is not running, or undefined if it is. */
  constructor(
    file: string,
    captures: CaptureSource,
    troubled: (cause: string | undefined) => void,
  ) {
    this.#file = file;
    this.#captures = captures;
    this.#troubled = troubled;
  }

  /** Restarts with the current configuration; errors are logged. */
  apply(config: CaptureConfig): Promise<void> {
    return this.#turn = this.#turn.then(() => this.#begin(config));
  }

  /** Stops; resolves when everything is written. */
  close(): Promise<void> {
    return this.#turn = this.#turn.then(() => this.#end());
  }

  async #begin(config: CaptureConfig): Promise<void> {
    await this.#end();
    this.#troubled(undefined);
    if (config.directory === undefined) return;
    try {
      const ring = await openRing(config.directory, this.#file, config);
      const { client, sessionId, side, secrets } = config;
      const mac = config.mac === undefined ? undefined : parseMac(config.mac);
      const filter = { peer: client, mac, sessionId, side };
      const capture = this.#captures.begin({ filter, secrets });
      if (capture === undefined) {
        throw new Error("Too many captures are running; stop one and reload");
      }
      this.#capture = capture;
      this.#written = this.#write(capture, ring);
      log.info("capture started", { directory: config.directory, secrets });
    } catch (error) {
      log.error("capture not started", { error: String(error) });
      this.#troubled(causeOf(error));
    }
  }

  async #write(capture: CaptureReader, ring: FileRing): Promise<void> {
    try {
      for (let blocks = await capture.read(); blocks !== undefined; blocks = await capture.read()) {
        await ring.write(blocks);
      }
    } catch (error) {
      log.error("capture stopped", { error: String(error) });
      this.#troubled(causeOf(error));
    } finally {
      ring.close();
      abandonCapture(capture);
    }
  }

  async #end(): Promise<void> {
    this.#capture?.end();
    this.#capture = undefined;
    await this.#written;
  }
}

async function openRing(folder: string, file: string, config: CaptureConfig): Promise<FileRing> {
  checkCaptureDirectory(folder, trustedOwners(file));
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${basename(file, extname(file))}.pcapng`);
  const { fileSize, files } = config;
  return await FileRing.open({ path, fileSize, files, now: Date.now });
}
