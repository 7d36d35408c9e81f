/** Log levels, from most to least verbose. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** Severity of a log record. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Log topics. */
export const LOG_TOPICS = [
  "main",
  "link",
  "tunnel",
  "auth",
  "discovery",
  "session",
  "state",
  "config",
  "admin",
  "capture",
] as const;

/** Topic of a log record. */
export type Topic = (typeof LOG_TOPICS)[number];

/** The minimum level that is logged, and the exceptions by topic. */
export interface LogLevels {
  level: LogLevel;
  topics: Partial<Record<Topic, LogLevel>>;
}
