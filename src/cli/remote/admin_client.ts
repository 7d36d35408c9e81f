/** HTTP client for a daemon's admin API, over the daemon's Unix socket. */
import * as v from "valibot";
import { printable } from "../../printable.ts";
import { CommandError } from "../exit_codes.ts";

/** Maximum wait for response headers, in milliseconds; the daemon's own limit is 10 s. */
const TIMEOUT = 15_000;
/** Maximum length of a problem's text in a message, in UTF-16 code units. */
const MAX_DETAIL = 500;

/** Query parameters; undefined values are omitted. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A request to the admin API. */
export interface AdminRequest {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Absolute path, such as `/api/v1/status`; the caller encodes its variable parts. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Aborts the request, or the reading of its stream. */
  signal?: AbortSignal;
}

/** A response of type `application/problem+json` (RFC 9457); `facts` holds all its members. */
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

/** A client of one daemon; disposing it closes its connections. */
export class AdminClient implements Disposable {
  readonly socket: string;
  #http: Deno.HttpClient;

  /** Takes the path of the daemon's Unix socket; does not connect yet. */
  constructor(socket: string) {
    this.socket = socket;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  }

  /**
   * Returns the response's JSON, validated with a schema. Throws CommandError "unreachable" if no
   * daemon responds, ProblemError for an error response, CommandError "failed" for invalid JSON.
   */
  async json<T>(request: AdminRequest, schema: v.GenericSchema<unknown, T>): Promise<T> {
    const response = await this.#fetch(request);
    let body: unknown;
    try {
      body = await response.json();
    } catch (cause) {
      throw new CommandError("failed", `The response from "${this.socket}" is not JSON`, { cause });
    }
    const result = v.safeParse(schema, body);
    if (result.success) return result.output;
    const at = v.getDotPath(result.issues[0]) ?? "";
    throw new CommandError(
      "failed",
      `Cannot read the response from "${this.socket}": "${at}": ${result.issues[0].message}; ` +
        "use the same version of pppoe-proxy as the daemon",
    );
  }

  /** Returns the response body as a stream; cancel or abort it to stop. Throws as `json` does. */
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
    // Not AbortSignal.timeout: it would also end a stream that has started.
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
      throw unreachable(this.socket, late.signal.aborted ? "timed out" : error, error);
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
    // Not a problem document: the message has only the status.
  }
  const { title, detail } = facts;
  const words = [detail, title].find((it) => typeof it === "string" && it !== "");
  const message = String(words ?? `The daemon responded with HTTP status ${response.status}`);
  return new ProblemError(response.status, printable(message.slice(0, MAX_DETAIL)), facts);
}

/** The error for a failed connection; `error` may be the operating system's text. */
function unreachable(socket: string, error: unknown, cause: unknown): CommandError {
  const inner = error instanceof Error ? String(error.cause ?? error) : String(error);
  const why = /No such file/.test(inner)
    ? "no such socket; is the daemon running?"
    : /Connection refused/.test(inner)
    ? "no daemon is listening there; start it"
    : /Permission denied/.test(inner)
    ? "permission denied; run this as root or as a member of the socket's group"
    : inner;
  return new CommandError("unreachable", `Cannot reach the daemon at "${socket}": ${why}`, {
    cause,
  });
}
