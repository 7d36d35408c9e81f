import { isDeepStrictEqual } from "node:util";
import { logFindings } from "../checks/log_findings.ts";
import { type Change, compareConfigs, type Difference, mergeConfigs } from "../config/diff.ts";
import { ConfigError } from "../config/config_error.ts";
import type { Finding } from "../config/finding.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/types.ts";
import { configureLogging, logger } from "../log.ts";
import { isLasting } from "../messages/findings.ts";
import type { Monitor } from "./monitor.ts";

const log = logger("config");

/** The result of a reload. */
export interface ReloadReport {
  result: "applied" | "unchanged";
  /** Differences that are now in use. */
  applied: Change[];
  /** Differences that apply at the next start. */
  needsRestart: Change[];
  /** What needs attention all the same. */
  findings: Finding[];
}

/** What is on disk and not in use. */
export interface Unapplied {
  /** What a reload would apply. */
  readonly live: readonly Change[];
  /** What needs a restart. */
  readonly restart: readonly Change[];
}

/** A reload was requested during another one. */
export class ReloadInProgressError extends Error {
  override name = "ReloadInProgressError";

  constructor() {
    super("Cannot reload: reload already in progress; wait for its end and try again");
  }
}

/** A valid configuration, with its files read. */
export interface Prepared {
  /** Files whose content differs from the one in use. */
  content: Change[];
  /** Applies the settings to every part of the daemon. If it throws, nothing has changed. */
  commit(): Promise<void>;
}

/**
 * Reloads the configuration, one reload at a time. Afterwards, either everything of the new
 * configuration that a running daemon can change is in use or, after an error, nothing is.
 *
 *     idle ──reload()──▶ reading ──valid──▶ taking over ──▶ idle
 *      ▲                    └───────error──────┴──────────────┘
 */
export class Reloader<C extends Config> {
  #config: C;
  #monitor: Monitor;
  #prepare: (config: C) => Promise<Prepared>;
  #examine: (config: Config) => Promise<Finding[]>;
  #busy = false;

  /**
   * `prepare` changes nothing and throws ConfigError; `examine` runs the checks that the start runs
   * too.
   */
  constructor(
    config: C,
    monitor: Monitor,
    prepare: (config: C) => Promise<Prepared>,
    examine: (config: Config) => Promise<Finding[]> = examineOwn,
  ) {
    this.#config = config;
    this.#monitor = monitor;
    this.#prepare = prepare;
    this.#examine = examine;
  }

  /** The configuration in use: a snapshot, which a reload replaces. */
  get config(): C {
    return this.#config;
  }

  /**
   * Throws ConfigError for faults in the file or in the files it names, and ReloadInProgressError.
   */
  async reload(): Promise<ReloadReport> {
    if (this.#busy) {
      log.warning("reload already in progress");
      throw new ReloadInProgressError();
    }
    this.#busy = true;
    try {
      const report = await this.#reload();
      this.#tell(report);
      return report;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      for (const line of message.split("\n")) log.error("reload failed", { error: line });
      this.#monitor.reloaded("failed", { error: message });
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** Compares the configuration on disk with the one in use. Throws ConfigError. */
  async compare(): Promise<Unapplied> {
    const inUse = this.#config;
    const next = await loadConfig(inUse.file);
    const difference = compareConfigs(inUse, next);
    const { content } = await this.#prepare(mergeConfigs<Config>(inUse, next) as C);
    return { live: appliedOf(difference, content), restart: difference.restart };
  }

  async #reload(): Promise<ReloadReport> {
    const before = this.#config;
    const next = await loadConfig(before.file);
    const findings = await this.#examine(next);
    refuseLasting(next.file, findings);
    const difference = compareConfigs(before, next);
    const merged = mergeConfigs<Config>(before, next) as C;
    const prepared = await this.#prepare(merged);
    const applied = appliedOf(difference, prepared.content);
    await prepared.commit();
    this.#config = merged;
    if (!isDeepStrictEqual(before.log, merged.log)) configureLogging(merged.log);
    const result = applied.length > 0 ? "applied" : "unchanged";
    const warnings = findings.filter(({ severity }) => severity !== "note");
    return { result, applied, needsRestart: difference.restart, findings: warnings };
  }

  #tell({ result, applied, needsRestart, findings }: ReloadReport): void {
    const keys = (changes: readonly Change[]): string => changes.map(({ key }) => key).join(" ");
    const facts = { ...(applied.length > 0 && { applied: keys(applied) }) };
    log.info("reloaded", { result, ...facts });
    logFindings(log, findings);
    if (needsRestart.length > 0) log.warning("restart needed", { keys: keys(needsRestart) });
    this.#monitor.reloaded(result, { ...facts, needs_restart: keys(needsRestart) });
  }
}

/** Examines a configuration as the daemon of this process. */
async function examineOwn(config: Config): Promise<Finding[]> {
  const { examine } = await import("../checks/examine.ts"); // most daemons never reload
  return await examine({ config, daemon: { pid: Deno.pid, mayRun: false } });
}

/**
 * Throws ConfigError for errors that last until somebody changes a file. Others, such as an
 * interface that is away for a moment, do not keep settings from changing.
 */
function refuseLasting(file: string, findings: readonly Finding[]): void {
  const issues = findings.filter(({ severity, code }) => severity === "error" && isLasting(code))
    .map(({ code, place, words, remedy }) => ({
      code,
      path: place?.key ?? "",
      line: place?.line,
      ...(place?.variable !== undefined && { variable: place.variable }),
      words,
      remedy,
    }));
  if (issues.length > 0) throw new ConfigError(file, issues);
}

/** Joins the changes: a changed setting that names another file counts once, not twice. */
function appliedOf({ live }: Difference, content: readonly Change[]): Change[] {
  const keys = new Set(live.map(({ key }) => key));
  return [...live, ...content.filter(({ key }) => !keys.has(key))];
}
