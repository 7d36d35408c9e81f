/** Connects to a host that may have several addresses, some of which do not answer (RFC 8305). */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { headStart } from "./head_start.ts";

/** Connection Attempt Delay (RFC 8305 section 5), in milliseconds. */
const ATTEMPT_DELAY = 250;
/** Maximum number of addresses that are tried, each with a socket of its own. */
const MAX_ADDRESSES = 8;

/** Returns the addresses of a host name, the preferred one first. */
export type Resolve = (name: string) => Promise<readonly { address: string }[]>;

const resolveName: Resolve = (name) => lookup(name, { all: true });

/** How to connect to one address, and what to do with a connection that came too late. */
export interface AddressRace<T> {
  connect(address: string, signal: AbortSignal): Promise<T>;
  discard(late: T): void;
  /** Whether an error says that a server has answered; by default none does. */
  isAnswer?(error: unknown): boolean;
}

/**
 * Connects to an IP address, or to those of a name: each a moment after the one before, or as soon
 * as that fails. Returns the first connection and aborts the others. Throws a failure if all fail,
 * or the signal's reason; a TimedOut says if the name was not resolved in time.
 */
export async function raceAddresses<T>(
  host: string,
  { connect, discard, isAnswer = () => false }: AddressRace<T>,
  signal: AbortSignal,
  resolve = resolveName,
): Promise<T> {
  if (isIP(host) !== 0) return await connect(host, signal);
  const addresses = inTurn(await untilAborted(resolve(host), signal)).slice(0, MAX_ADDRESSES);
  const decided = new AbortController();
  const until = AbortSignal.any([signal, decided.signal]);
  let turn = Promise.resolve();
  const attempts = addresses.map((address) => {
    const attempt = turn.then(() => {
      until.throwIfAborted();
      return connect(address, until);
    });
    turn = turn.then(() => headStart(attempt, ATTEMPT_DELAY));
    return attempt;
  });
  try {
    const winner = await Promise.any(attempts);
    for (const attempt of attempts) attempt.then((it) => it !== winner && discard(it), () => {});
    return winner;
  } catch (error) {
    signal.throwIfAborted();
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const none = new Deno.errors.NotFound(`"${host}" has no address`);
    throw errors.find((it) => isAnswer(it)) ?? errors.at(-1) ?? none;
  } finally {
    decided.abort(new Deno.errors.Interrupted("Another address was faster"));
  }
}

/** Addresses without duplicates, of both families in turn (RFC 8305 section 4). */
function inTurn(found: readonly { address: string }[]): string[] {
  const all = [...new Set(found.map(({ address }) => address))];
  const first = all.filter((address) => isIP(address) === isIP(all[0]));
  const second = all.filter((address) => !first.includes(address));
  const longer = Math.max(first.length, second.length);
  return Array.from({ length: longer }, (_, i) => [first[i], second[i]]).flat()
    .filter((address) => address !== undefined);
}

/** Resolves as `pending` does, or rejects with the signal's reason: a resolver may take minutes. */
async function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(unresolved(signal.reason));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([pending, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function unresolved(reason: unknown): unknown {
  if (!(reason instanceof Deno.errors.TimedOut)) return reason;
  return new Deno.errors.TimedOut(`Name not resolved: ${reason.message}`);
}
