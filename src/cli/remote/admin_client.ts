/** HTTP client for a daemon's admin API, over the daemon's Unix socket. */
import * as v from "valibot";
import { printable } from "../../printable.ts";
import { CommandError, type Exit } from "../exit_codes.ts";

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

/** What the daemon refuses because of the command line, or does not have. */
const EXITS: Readonly<Record<number, Exit>> = { 400: "usage", 404: "notFound" };

/** A response of type `application/problem+json` (RFC 9457); `facts` holds all its members. */
export class ProblemError extends CommandError {
  override name = "ProblemError";
  readonly status: number;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, facts: Record<string, unknown>) {
    super(EXITS[status] ?? "failed", message);
    this.status = status;
    this.facts = facts;
  }
}

/** No daemon answers at a socket. */
export class UnreachableError extends CommandError {
  override name = "UnreachableError";
  /** Whether no daemon is there; otherwise one may be there that is closed to the user or hangs. */
  readonly isAbsent: boolean;
  readonly words: string;
  readonly remedy: string;

  constructor(socket: string, { why, remedy, isAbsent }: Obstacle, options?: ErrorOptions) {
    const words = `Cannot reach the daemon at "${socket}": ${why}`;
    super("unreachable", `${words}; ${remedy}`, options);
    this.words = words;
    this.remedy = remedy;
    this.isAbsent = isAbsent;
  }
}

/** A client of one daemon; disposing it closes its connections. */
export class AdminClient implements Disposable {
  readonly socket: string;
  #http: Deno.HttpClient;
  #timeout: number;

  /**
   * Takes the path of the daemon's Unix socket, and how long to wait for a response's head, in
   * milliseconds; does not connect yet.
   */
  constructor(socket: string, timeout = TIMEOUT) {
    this.socket = socket;
    this.#timeout = timeout;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  }

  /**
   * Returns the response's JSON, validated with a schema. Throws UnreachableError if no daemon
   * responds, ProblemError for an error response, CommandError "failed" for invalid JSON.
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
    const timer = setTimeout(() => late.abort(), this.#timeout);
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
      const obstacle = late.signal.aborted ? silence(this.#timeout) : obstacleOf(error);
      throw new UnreachableError(this.socket, obstacle, { cause: error });
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

/** Why a daemon cannot be reached, and what to do. */
interface Obstacle {
  why: string;
  remedy: string;
  isAbsent: boolean;
}

/** Obstacles by the operating system's text. */
const OBSTACLES: readonly [RegExp, Obstacle][] = [
  [/No such file/, {
    why: "no such socket",
    remedy: "is the daemon running?",
    isAbsent: true,
  }],
  [/Connection refused/, {
    why: "no daemon is listening there",
    remedy: "start it",
    isAbsent: true,
  }],
  [/Permission denied/, {
    why: "permission denied",
    remedy: "run this as root or as a member of the socket's group",
    isAbsent: false,
  }],
];

function obstacleOf(error: unknown): Obstacle {
  const text = error instanceof Error ? String(error.cause ?? error) : String(error);
  const known = OBSTACLES.find(([pattern]) => pattern.test(text))?.[1];
  return known ?? { why: text, remedy: "see the daemon's log, and try again", isAbsent: false };
}

function silence(timeout: number): Obstacle {
  return {
    why: `it does not answer within ${timeout / 1_000} s, so it hangs or is suspended`,
    remedy: "see its log, and restart it",
    isAbsent: false,
  };
}
