/** Options that several commands have. */
import type { OptionSpec } from "../arguments.ts";
import { CONFIG, CONFIG_DEFAULT } from "../config_option.ts";

/** Options of every command that talks to a daemon. */
export const DAEMON_OPTIONS: readonly OptionSpec[] = [
  { name: "socket", alias: "s", value: "PATH", summary: "the daemon's admin socket" },
  { ...CONFIG, summary: `the daemon's configuration, default ${CONFIG_DEFAULT}` },
];

export const JSON_OPTION: OptionSpec = {
  name: "json",
  summary: "print JSON in the format of the admin API",
};

export const CLIENT: OptionSpec = {
  name: "client",
  value: "NAME",
  summary: "only this client of a server",
};
export const SERVER: OptionSpec = {
  name: "server",
  value: "ADDRESS",
  summary: "only this server of a client",
};
export const MAC: OptionSpec = {
  name: "mac",
  value: "MAC",
  summary: "only this MAC address, such as 02:00:00:00:00:01",
};
export const SESSION_ID: OptionSpec = {
  name: "session-id",
  value: "NUMBER",
  summary: "only this PPPoE session id",
};
export const SINCE: OptionSpec = {
  name: "since",
  value: "TIME",
  summary: 'only later ones: "90m" ago, "03:12", "2026-11-26" or "2026-11-26 03:12"',
};
export const UNTIL: OptionSpec = {
  name: "until",
  value: "TIME",
  summary: "only earlier ones",
};
