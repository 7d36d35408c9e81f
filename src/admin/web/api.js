// @ts-check
/// <reference lib="dom" />
/** A client of the daemon's admin API. Paths are relative, so a proxy may add a prefix. */
import { askToken } from "./dialogs.js";
import { isByLink, storedToken, storeToken } from "./token.js";

/** Timeout of a request, in milliseconds. */
const REQUEST_TIMEOUT = 8_000;
/** Sessions or clients per request when all are wanted; the daemon's maximum. */
const MAX_PAGE = 1_000;
/** The last events that the daemon keeps. */
const RECENT = 512;

/** An error response (RFC 9457). */
export class ProblemError extends Error {
  /** @param {number} status @param {{ title?: string; detail?: string; errors?: { path: string; line?: number; message: string }[] }} problem */
  constructor(status, problem) {
    super(problem.detail || problem.title || `The daemon answered ${status}`);
    this.name = "ProblemError";
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

/**
 * Fetches, and prompts for the token each time it is refused.
 *
 * @param {string} path
 * @param {RequestInit} options
 * @param {() => AbortSignal} [signal]
 * @returns {Promise<Response>}
 */
async function fetchAuthorized(path, options, signal) {
  for (;;) {
    const used = storedToken();
    const response = await fetch(path, {
      ...options,
      ...(signal && { signal: signal() }),
      headers: { ...options.headers, ...(used !== null && { authorization: `Bearer ${used}` }) },
      cache: "no-store",
    });
    if (response.status !== 401) return response;
    await response.body?.cancel();
    // Another request may have prompted for it already.
    if (storedToken() !== used) continue;
    const { token, remembered } = await askToken(refusalOf(used));
    storeToken(token, remembered);
  }
}

/** @param {string | null} token @returns {import("./dialogs.js").Refusal} */
function refusalOf(token) {
  return token === null ? "none" : isByLink() ? "link" : "token";
}

/**
 * Sends a request to the daemon; a body is sent as JSON.
 *
 * @param {string} method
 * @param {string} path Below `api/v1/`.
 * @param {unknown} [body]
 * @returns {Promise<any>}
 * @throws {ProblemError} The daemon refused.
 * @throws {TypeError | DOMException} The daemon is unreachable or does not answer.
 */
export async function ask(method, path, body) {
  const options = body === undefined ? { method } : {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  };
  const signal = () => AbortSignal.timeout(REQUEST_TIMEOUT);
  const response = await fetchAuthorized(`api/v1/${path}`, options, signal);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ProblemError(response.status, answer);
  return answer;
}

/**
 * Returns all rows of a list, page by page.
 *
 * @param {string} path
 * @param {Readonly<Record<string, string>>} query
 * @param {(answer: any) => any[]} rowsOf
 * @returns {Promise<any[]>}
 */
export async function askAll(path, query, rowsOf) {
  /** @type {any[]} */
  const rows = [];
  for (;;) {
    const page = { ...query, limit: String(MAX_PAGE), offset: String(rows.length) };
    const more = rowsOf(await ask("GET", `${path}?${new URLSearchParams(page)}`));
    rows.push(...more);
    if (more.length < MAX_PAGE) return rows;
  }
}

/**
 * Opens a response that is read as it arrives, such as a capture.
 *
 * @param {string} path
 * @param {AbortSignal} signal Ends it.
 * @returns {Promise<ReadableStream<Uint8Array>>}
 * @throws {ProblemError}
 */
export async function openStream(path, signal) {
  const response = await fetchAuthorized(`api/v1/${path}`, {}, () => signal);
  if (!response.ok || response.body === null) {
    throw new ProblemError(response.status, await response.json().catch(() => ({})));
  }
  return response.body;
}

/**
 * Follows the daemon's events indefinitely; events missed while it is unreachable arrive later.
 * (EventSource cannot send the token.)
 *
 * @param {(event: any) => void} onEvent
 * @returns {() => void} Restarts from the recent events, for a restarted daemon numbers its events from 1.
 */
export function followEvents(onEvent) {
  let last = "";
  let stop = new AbortController();
  const follow = async () => {
    const response = await fetchAuthorized(
      last === "" ? `api/v1/events?recent=${RECENT}` : "api/v1/events",
      { headers: { accept: "text/event-stream", ...(last && { "last-event-id": last }) } },
      () => stop.signal,
    );
    if (!response.ok || response.body === null) return;
    for await (const { id, data } of serverSentEvents(response.body)) {
      last = id || last;
      if (data !== "") onEvent({ ...JSON.parse(data), number: Number(id) });
    }
  };
  const forever = async () => {
    for (;;) {
      await follow().catch(() => {}); // unreachable for now; the page shows that elsewhere
      await new Promise((resolve) => setTimeout(resolve, stop.signal.aborted ? 0 : 2_000));
      if (stop.signal.aborted) stop = new AbortController();
    }
  };
  forever();
  return () => {
    last = "";
    stop.abort();
  };
}

/**
 * Parses the events of a stream (HTML Living Standard section 9.2). Comments are yielded as events
 * without id and data.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{ id: string; data: string }>}
 */
export async function* serverSentEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n").split(
      "\n\n",
    );
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (/** @type {string} */ name) =>
        block.split("\n").filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).trimStart()).join("\n");
      yield { id: field("id"), data: field("data") };
    }
  }
}
