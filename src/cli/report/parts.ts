/** The parts of a report. */
import { allChecks } from "../check/doctor.ts";
import { showConfig } from "../../config/show.ts";
import { loadConfig } from "../../config/load.ts";
import type { AdminClient, Query } from "../remote/admin_client.ts";
import { systemText } from "./system_part.ts";
import { versionFacts } from "../version.ts";

/** A file of a report. */
export interface Part {
  readonly name: string;
  /** What it has. */
  readonly about: string;
  /** Throws if it cannot be had. */
  read(): Promise<string>;
}

/** What a report is about. */
export interface Subject {
  /** The daemon; or why it cannot be asked. */
  readonly daemon: AdminClient | Error;
  /** Path of the configuration, if it is known. */
  readonly config: string | undefined;
  /** Process id of the daemon, if it is known. */
  readonly pid: number | undefined;
}

/** Maximum size of an answer of the daemon, in bytes. */
const MAX_PART = 8 * 1024 * 1024;
/** Time for each peer that the examinations ask, in milliseconds. */
const PEER_TIMEOUT = 5_000;
const MAX_ROWS = 1_000;
const MAX_EVENTS = 512;

/** Returns the parts of a report; each is read when it is asked for. */
export function partsOf(subject: Subject): Part[] {
  const asked = (name: string, about: string, path: string, query: Query = {}): Part => ({
    name,
    about,
    read: () => ask(subject.daemon, path, query),
  });
  return [
    {
      name: "version.json",
      about: "versions of pppoe-proxy, Deno and V8",
      read: () => Promise.resolve(pretty(versionFacts())),
    },
    {
      name: "system.txt",
      about: "kernel, distribution, counters of interfaces and protocols, limits of the daemon",
      read: () => systemText(subject.pid),
    },
    {
      name: "config.json",
      about: "the configuration file, with the paths of secrets but not their content",
      read: () => configText(subject),
    },
    {
      name: "findings.json",
      about: "what `pppoe-proxy doctor` finds",
      read: () => findingsText(subject),
    },
    asked("status.json", "status, problems, configuration in use", "/api/v1/status"),
    asked("clients.json", "clients of a server, servers of a client", "/api/v1/clients"),
    asked("sessions.json", "up to 1,000 open sessions", "/api/v1/sessions", { limit: MAX_ROWS }),
    asked("past.json", "up to 1,000 ended sessions", "/api/v1/sessions", {
      limit: MAX_ROWS,
      past: true,
    }),
    asked("events.txt", "the last events", "/api/v1/events", {
      recent: MAX_EVENTS,
      follow: false,
    }),
    // Debug lines have customers' packets, with the proofs of their sessions.
    asked("log.json", "the last log lines at info and above", "/api/v1/log", {
      level: "info",
      limit: MAX_ROWS,
    }),
    asked("history.csv", "traffic of the last 24 hours", "/api/v1/history", {
      format: "csv",
      from: new Date(Date.now() - 86_400_000).toISOString(),
    }),
    asked("metrics.txt", "metrics, as for Prometheus", "/metrics"),
  ];
}

async function ask(daemon: AdminClient | Error, path: string, query: Query): Promise<string> {
  if (daemon instanceof Error) throw daemon;
  return readable(await boundedText(await daemon.stream({ path, query }), MAX_PART));
}

/** Reads a stream of UTF-8 up to about this many bytes, and says if there were more. */
export async function boundedText(
  stream: AsyncIterable<Uint8Array>,
  most: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const bytes of stream) {
    text += decoder.decode(bytes.subarray(0, most - size), { stream: true });
    size += bytes.length;
    if (size > most) return `${text}\n(cut off after ${most} bytes)\n`;
  }
  return text + decoder.decode();
}

/** Indents JSON, so that a person can look through it. */
function readable(text: string): string {
  if (!/^[[{]/.test(text)) return text;
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function configOf({ config }: Subject): string {
  if (config !== undefined) return config;
  throw new Error("the path of the configuration is unknown; pass --config FILE");
}

async function configText(subject: Subject): Promise<string> {
  return pretty(showConfig(await loadConfig(configOf(subject))));
}

async function findingsText(subject: Subject): Promise<string> {
  return pretty(await Array.fromAsync(allChecks(configOf(subject), PEER_TIMEOUT)));
}
