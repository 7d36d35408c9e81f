import { createHash } from "node:crypto";
import { ConfigError } from "../config/config_error.ts";
import type { Config } from "../config/types.ts";
import type { Change } from "../config/diff.ts";
import type { Unapplied } from "./reload.ts";
import type { Holding } from "./standing.ts";

/** Interval between looks at the files, in milliseconds. */
const LOOK = 3_000;
/** Maximum number of files looked at; the clients' secrets come last. */
const MAX_FILES = 64;
/** Maximum number of settings that are named, and length of an error, in characters. */
const MAX_KEYS = 5;
const MAX_ERROR = 300;

/** Dependencies of a {@linkcode ConfigWatch}. */
export interface ConfigWatchOptions {
  /** The configuration in use. */
  readonly config: () => Config;
  /** Compares the configuration on disk with it. Throws ConfigError. */
  readonly compare: () => Promise<Unapplied>;
  /** Takes what needs attention now; undefined for nothing. */
  readonly found: (condition: Holding | undefined) => void;
}

/**
 * Notices that the configuration or a file that it names has changed on disk and is not in use.
 * Reads them only if the time, size or number of one has changed since the last look.
 */
export class ConfigWatch {
  #options: ConfigWatchOptions;
  #known: Promise<string> | undefined;
  #isLooking = false;
  #timer: ReturnType<typeof setInterval>;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#known = signatureOf(options.config());
    this.#timer = setInterval(() => this.look(), LOOK);
  }

  /** Compares at the next look, because another configuration is in use. */
  reloaded(): void {
    this.#known = undefined;
  }

  /** Looks at the files now. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { config, compare, found } = this.#options;
    try {
      const inUse = config();
      const known = await this.#known;
      const signature = await signatureOf(inUse);
      if (signature === known) return;
      this.#known = Promise.resolve(signature);
      found(conditionOf(await compare()));
    } catch (error) {
      if (error instanceof ConfigError) found(faulty(error));
      else this.#known = undefined; // a momentary shortage of memory or descriptors
    } finally {
      this.#isLooking = false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Returns what changes when a file of the configuration does. */
async function signatureOf(config: Config): Promise<string> {
  const hash = createHash("sha256");
  for (const path of filesOf(config).slice(0, MAX_FILES)) {
    const info = await Deno.stat(path).catch(() => undefined);
    hash.update(`${path} ${info?.mtime?.getTime()} ${info?.size} ${info?.ino}\n`);
  }
  return hash.digest("hex");
}

function filesOf(config: Config): string[] {
  const { file } = config;
  if (config.mode === "client") {
    return [file, ...config.tunnel.serverCertificate, config.tunnel.secretFile];
  }
  const { certificate, key } = config.tunnel;
  return [file, certificate, key, ...config.clients.flatMap(({ secretFile }) => secretFile)];
}

function conditionOf({ live, restart }: Unapplied): Holding | undefined {
  const problem = { code: "config-changed", subject: "configuration" } as const;
  if (live.length > 0) {
    return { ...problem, words: `Changed on disk and not in use: ${named([...live, ...restart])}` };
  }
  if (restart.length === 0) return undefined;
  return {
    ...problem,
    words: `Changed on disk, and in use only after a restart: ${named(restart)}`,
    remedy: "Restart the daemon when it suits; with `state_dir` its sessions continue.",
  };
}

function named(changes: readonly Change[]): string {
  const keys = changes.slice(0, MAX_KEYS).map(({ key }) => key);
  const more = changes.length - keys.length;
  return keys.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function faulty({ message }: ConfigError): Holding {
  const [first] = message.split("\n");
  return {
    ...{ code: "config-changed", subject: "configuration" },
    words: `The configuration on disk has an error, so a restart would fail: ${
      first.slice(0, MAX_ERROR)
    }`,
    remedy: "Correct it; `pppoe-proxy check` shows all errors.",
  };
}
