import { endOf, HandshakeError } from "../tunnel/authenticate.ts";
import { CertificateError } from "../tunnel/transport/certificate_error.ts";
import { abandon, type Connection } from "../tunnel/transport/connection.ts";
import { headStart } from "../tunnel/transport/head_start.ts";
import type { Transport } from "../tunnel/transport.ts";
import { NO_ROOM } from "./peer_stats.ts";

/** Head start of each transport before the next one is tried too, in milliseconds (RFC 8305). */
const HEAD_START = 300;

/** A connection and the transport that it uses. */
export interface Raced {
  transport: Transport;
  connection: Connection;
  /** Why it is not the first transport; empty if it is. */
  detail: string;
}

/**
 * Tries the transports in order, each a moment after the one before or as soon as that fails;
 * returns the first connection and aborts the others (as RFC 8305 does for addresses). Throws the
 * failure if all fail, or the reason of `stop`.
 */
export async function raceTransports(
  transports: readonly Transport[],
  dial: (transport: Transport, stop: AbortSignal) => Promise<Connection>,
  stop: AbortSignal,
): Promise<Raced> {
  const decided = new AbortController();
  const signal = AbortSignal.any([stop, decided.signal]);
  let before: Promise<unknown> = Promise.resolve();
  const attempts = transports.map((transport, index) => {
    const attempt = headStart(before, index === 0 ? 0 : HEAD_START).then(async () => {
      signal.throwIfAborted();
      return { transport, connection: await dial(transport, signal) };
    });
    before = attempt;
    return attempt;
  });
  try {
    const winner = await Promise.any(attempts);
    for (const attempt of attempts) {
      attempt.then((other) => other !== winner && abandon(other.connection), () => {});
    }
    const isFirst = winner.transport === transports[0];
    return { ...winner, detail: isFirst ? "" : await shortcoming(transports[0], attempts[0]) };
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    throw joinFailures(transports, error instanceof AggregateError ? error.errors : [error]);
  } finally {
    decided.abort(new Deno.errors.Interrupted("Another transport was faster"));
  }
}

/** Why an attempt did not win: its failure, or that it was not fast enough. */
async function shortcoming(transport: Transport, attempt: Promise<unknown>): Promise<string> {
  const pending = Promise.resolve(`no answer over ${transport} in time`);
  const said = attempt.then(() => pending, (error) => `${transport}: ${messageOf(error)}`);
  return await Promise.race([said, pending.then((text) => text)]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * One error for all transports: the first that says more than that nothing answered, if possible
 * more than that the server has no room: that passes.
 */
function joinFailures(transports: readonly Transport[], errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const refusals = errors.filter((error) =>
    error instanceof HandshakeError || error instanceof CertificateError
  );
  const refusal = refusals.find((error) => endOf(error).reason !== NO_ROOM) ?? refusals[0];
  if (refusal !== undefined) return refusal;
  const said = errors.map((error, index) => `${transports[index]}: ${messageOf(error)}`);
  return new Error(said.join("; "), { cause: errors[0] });
}
