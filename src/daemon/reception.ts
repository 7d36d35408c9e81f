import {
  Admission,
  type AdmissionLimits,
  type Guest as Seated,
  type NoPlace,
  type Place,
} from "../tunnel/admission/admission.ts";
import {
  HandshakeError,
  proveClient,
  type ProvenClient,
  type ServerCredentials,
} from "../tunnel/authenticate.ts";
import type { Connection } from "../tunnel/transport/connection.ts";
import { networksOf } from "../tunnel/admission/network.ts";
import type { Reputation } from "../tunnel/admission/reputation.ts";
import { HELLO_TIME } from "../tunnel/admission/seat.ts";
import type { Ticket, TicketReader } from "../tunnel/admission/ticket.ts";
import type { Incoming } from "../tunnel/transport/listener.ts";
import { TimeLimits } from "./time_limits.ts";
import { isOutOfFiles } from "./connect_cause.ts";

/** Limits of connections before login. */
export interface ReceptionLimits extends AdmissionLimits {
  /** Maximum time from accept to login, in milliseconds. */
  timeout: number;
}

/** Dependencies of {@linkcode Reception}. */
export interface ReceptionOptions {
  limits: ReceptionLimits;
  reputation: Reputation;
  /** Returns the credentials for a connection that arrives now. */
  credentials: () => ServerCredentials;
  /** Returns the reader that identifies a client by its ticket. */
  tickets: () => TicketReader;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  /** Returns numbers in [0, 1). */
  random: () => number;
  /**
   * Hands a connection whose turn has come to another thread, with the SHA-256 of the certificate
   * that it is to name; undefined if it stays here.
   */
  handOver?: (
    incoming: Incoming,
    ticket: Ticket | undefined,
    fingerprint: Uint8Array,
  ) => Elsewhere | undefined;
}

/** A connection whose login runs on another thread, which owns it from now on. */
export interface Elsewhere {
  /** Resolves with the client's name; rejects with the reason for closing the connection. */
  readonly loggedIn: Promise<string>;
  /** Closes the connection, unless its client has logged in. */
  close(): void;
}

/** An authenticated client that waits to be admitted. */
export interface Received {
  client: ProvenClient;
  connection: Connection;
}

/**
 * Handles connections from accept to authentication, or refuses them: before TLS if no place is
 * free, and always without leaving resources behind.
 */
export class Reception {
  #options: ReceptionOptions;
  #admission: Admission;
  #timeout: number;
  /** Connections that wait for their turn to handshake. */
  #turns = new Map<Place, () => void>();
  #pump: ReturnType<typeof setTimeout> | undefined;
  #stays: TimeLimits<Guest>;

  constructor(options: ReceptionOptions) {
    const { limits, reputation, now, random } = options;
    this.#options = options;
    this.#timeout = limits.timeout;
    this.#admission = new Admission(limits, { reputation, now, random });
    this.#stays = new TimeLimits(now, (guest) => guest.expire());
  }

  /** Applies new limits to connections that arrive from now on. */
  reconfigure(limits: ReceptionLimits): void {
    this.#timeout = limits.timeout;
    this.#admission.reconfigure(limits);
  }

  /**
   * Resolves with the client, or with "elsewhere" once its login has succeeded on another thread.
   * Throws the reason for closing the connection.
   */
  async receive(incoming: Incoming): Promise<Received | "elsewhere"> {
    const guest = new Guest(incoming);
    const place = incoming.scarce
      ? "open-files"
      : this.#admission.enter(incoming.remote.host, guest);
    if (typeof place === "string") throw guest.refuse(place);
    this.#stays.begin(guest, place.brief ? HELLO_TIME : this.#timeout);
    let failure: unknown;
    try {
      const received = await this.#welcome(guest, place);
      const isElsewhere = typeof received === "string";
      this.#admission.authenticated(place, isElsewhere ? received : received.client.name);
      return isElsewhere ? "elsewhere" : received;
    } catch (error) {
      if (!guest.refused && !isOurLack(incoming, error)) this.#admission.failed(place);
      guest.close();
      failure = error;
    } finally {
      this.#stays.end(guest);
      this.#turns.delete(place);
      this.#admission.leave(place);
    }
    throw await guest.reasonOf(failure);
  }

  /** Notes that a client is, or was until now, at an address: it counts as known from now on. */
  isAt(client: string, host: string): void {
    this.#options.reputation.loggedIn(client, networksOf(host));
  }

  /** Runs the login; resolves with the client, or its name if another thread has it. */
  async #welcome(guest: Guest, place: Place): Promise<Received | string> {
    const { incoming } = guest;
    // The credentials that match the certificate shown to this connection.
    const credentials = this.#options.credentials();
    const protocols = await guest.stays(incoming.greeted());
    const ticket = this.#options.tickets().find(protocols);
    const refusal = this.#admission.greeted(place, incoming.encrypted, ticket);
    if (refusal !== undefined) throw guest.refuse(refusal);
    if (place.brief) this.#stays.begin(guest, this.#timeout);
    if (!incoming.encrypted) await guest.waits(this.#turn(place));
    const elsewhere = this.#options.handOver?.(incoming, ticket, credentials.fingerprint);
    if (elsewhere !== undefined) return await guest.stays(guest.moved(elsewhere));
    const connection = await guest.stays(incoming.open());
    const client = await guest.logIn(proveClient(connection, credentials));
    incoming.proven?.();
    return { client, connection };
  }

  /** Resolves when a handshake may start. */
  #turn(place: Place): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turns.set(place, resolve);
    this.#giveTurns();
    return promise;
  }

  #giveTurns(): void {
    for (let next = this.#admission.start(); next !== undefined; next = this.#admission.start()) {
      this.#turns.get(next)?.();
      this.#turns.delete(next);
    }
    const wait = this.#admission.nextStart();
    if (wait === undefined || this.#pump !== undefined) return;
    this.#pump = setTimeout(() => {
      this.#pump = undefined;
      this.#giveTurns();
    }, Math.ceil(wait));
  }
}

/** Why a connection is refused for the sake of others. */
type Refusal =
  | NoPlace
  /** Too few file descriptors are left. */
  | "open-files"
  /** Its turn to handshake did not come in time. */
  | "handshake-rate";

const tooMany = (detail: Refusal): HandshakeError =>
  new HandshakeError({ reason: "too-many-connections", by: "us", detail });
/** One shared error of each kind: creating one costs far more than the rest of a refusal. */
const refusals: Readonly<Record<Refusal, HandshakeError>> = {
  "address-limit": tooMany("address-limit"),
  "network-limit": tooMany("network-limit"),
  "places-short": tooMany("places-short"),
  "displaced": tooMany("displaced"),
  "open-files": tooMany("open-files"),
  "handshake-rate": tooMany("handshake-rate"),
};

/**
 * Whether a connection failed for our own lack of descriptors, which says nothing about its address.
 * Over QUIC, and in a login, the words of an error may be the peer's.
 */
function isOurLack({ encrypted }: Incoming, error: unknown): boolean {
  return !encrypted && !(error instanceof HandshakeError) && isOutOfFiles(String(error));
}

/** A connection that may be dismissed at any time. */
class Guest implements Seated {
  readonly incoming: Incoming;
  /** Why it was dismissed. */
  error: HandshakeError | undefined;
  /** Whether it was dismissed for the sake of others. */
  refused = false;
  #waiting = false;
  #elsewhere: Elsewhere | undefined;
  #login: Promise<unknown> | undefined;
  #goes: (error: HandshakeError) => void = () => {};

  constructor(incoming: Incoming) {
    this.incoming = incoming;
  }

  /** Settles with a promise, or rejects when the guest is dismissed first. One call at a time. */
  stays<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      if (this.error === undefined) this.#goes = reject;
      else reject(this.error);
    });
  }

  /** Likewise, for a promise that waits for us rather than for the guest. */
  async waits(promise: Promise<void>): Promise<void> {
    this.#waiting = true;
    await this.stays(promise);
    this.#waiting = false;
  }

  /** Likewise, for its login. */
  logIn(login: Promise<ProvenClient>): Promise<ProvenClient> {
    this.#login = login;
    return this.stays(login);
  }

  /**
   * Returns why a closed guest has failed. One that was dismissed while its refused login was on
   * the way to it has failed for that: the name it claimed is of use, and the lack of room passes.
   */
  async reasonOf(error: unknown): Promise<unknown> {
    if (this.error === undefined || this.#login === undefined) return this.error ?? error;
    const failure = await this.#login.then(() => undefined, (reason) => reason);
    const isRefused = failure instanceof HandshakeError && failure.end.by !== "network";
    return isRefused ? failure : this.error;
  }

  /** Dismisses a guest whose time is over. */
  expire(): void {
    if (this.#waiting) this.refuse("handshake-rate");
    else {
      this.#leave(new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" }));
      this.close();
    }
  }

  /** Notes that another thread has the connection; returns the name of the client there. */
  moved(to: Elsewhere): Promise<string> {
    this.#elsewhere = to;
    return to.loggedIn;
  }

  hasSpoken(): boolean {
    return this.incoming.hasSpoken();
  }

  displace(): void {
    this.refuse("displaced");
  }

  /** Dismisses it for this reason. */
  refuse(detail: Refusal): HandshakeError {
    const error = refusals[detail];
    this.refused = true;
    this.incoming.refuse();
    this.#elsewhere?.close();
    this.#leave(error);
    return error;
  }

  close(): void {
    this.incoming.close();
    this.#elsewhere?.close();
  }

  #leave(error: HandshakeError): void {
    this.error ??= error;
    this.#goes(error);
  }
}
