/** Speaks with a daemon's admin API (HTTP) over its Unix socket. */
import * as v from "valibot";
import { printable } from "../printable.ts";
import { CommandError } from "./exit_codes.ts";

/** Longest wait for an answer's head. Milliseconds; the daemon's own limit is 10 s. */
const TIMEOUT = 15_000;
/** Longest text of a problem that is shown. */
const MAX_DETAIL = 500;

/** Values of a query; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What to ask for. */
export interface AdminRequest {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Absolute, such as `/api/v1/status`; variable parts are encoded by the caller. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Ends the request, or the reading of its stream. */
  signal?: AbortSignal;
}

/** An answer of `application/problem+json` (RFC 9457); members beyond these are in `facts`. */
export class ProblemError extends CommandError {
  override name = "ProblemError";
  readonly status: number;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, facts: Record<string, unknown>) {
    super(status === 404 ? "notFound" : "failed", message);
    this.status = status;
    this.facts = facts;
  }
}

/** A connection to one daemon; dispose it to end what is under way. */
export class AdminClient implements Disposable {
  readonly socket: string;
  #http: Deno.HttpClient;

  /** Path of the daemon's Unix socket; nothing is dialled yet. */
  constructor(socket: string) {
    this.socket = socket;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  }

  /**
   * The answer's JSON, checked by a schema. Throws CommandError "unreachable" where nobody answers,
   * ProblemError for what the daemon refuses, CommandError "failed" for an answer of another form.
   */
  async json<T>(request: AdminRequest, schema: v.GenericSchema<unknown, T>): Promise<T> {
    const response = await this.#fetch(request);
    let body: unknown;
    try {
      body = await response.json();
    } catch (cause) {
      throw new CommandError("failed", `The answer of "${this.socket}" is no JSON`, { cause });
    }
    const result = v.safeParse(schema, body);
    if (result.success) return result.output;
    const at = v.getDotPath(result.issues[0]) ?? "";
    throw new CommandError(
      "failed",
      `Cannot read the answer of "${this.socket}": "${at}": ${result.issues[0].message}; ` +
        "is the daemon of another version?",
    );
  }

  /** The answer's bytes as they come; cancel or abort it to end it. Throws as `json` does. */
  async stream(request: AdminRequest): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#fetch(request);
    return body ?? new ReadableStream({ start: (controller) => controller.close() });
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #fetch({ method = "GET", path, query, body, signal }: AdminRequest): Promise<Response> {
    const url = new URL(path, "http://localhost");
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    // Not AbortSignal.timeout: a stream goes on for as long as it likes once it has begun.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), TIMEOUT);
    const signals = signal === undefined ? [late.signal] : [late.signal, signal];
    try {
      const response = await fetch(url, {
        method,
        client: this.#http,
        signal: AbortSignal.any(signals),
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }),
      });
      if (!response.ok) throw await problemOf(response);
      return response;
    } catch (error) {
      if (error instanceof ProblemError || signal?.aborted) throw error;
      throw unreachable(this.socket, late.signal.aborted ? "no answer in time" : error, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function problemOf(response: Response): Promise<ProblemError> {
  const text = await response.text();
  let facts: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) facts = { ...parsed };
  } catch {
    // whatever answers there does not speak our language; its status has to do
  }
  const { title, detail } = facts;
  const words = [detail, title].find((it) => typeof it === "string" && it !== "");
  const message = String(words ?? `The daemon answers ${response.status}`);
  return new ProblemError(response.status, printable(message.slice(0, MAX_DETAIL)), facts);
}

/** Why nobody was reached, and what to do; `error` may be the operating system's words. */
function unreachable(socket: string, error: unknown, cause: unknown): CommandError {
  const inner = error instanceof Error ? String(error.cause ?? error) : String(error);
  const why = /No such file/.test(inner)
    ? "there is no such socket; is the daemon running?"
    : /Connection refused/.test(inner)
    ? "no daemon listens there any more"
    : /Permission denied/.test(inner)
    ? "permission denied; run this as root or as a member of the socket's group"
    : inner;
  return new CommandError("unreachable", `Cannot reach the daemon at "${socket}": ${why}`, {
    cause,
  });
}
