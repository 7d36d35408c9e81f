import type { Route } from "../../ffi/socket/routed_socket.ts";
import {
  authenticateToServer,
  type ClientCredentials,
  HandshakeError,
} from "../tunnel/authenticate.ts";
import { CertificateError } from "../tunnel/transport/certificate_error.ts";
import { abandon, type Connection } from "../tunnel/transport/connection.ts";
import { Deadline } from "../tunnel/transport/deadline.ts";
import { shownFingerprint } from "../tunnel/tls/shown_certificate.ts";
import type { Trust, TuneSocket } from "../tunnel/tls/tls.ts";
import type { TransportConfig } from "../config/types.ts";
import type { Endpoint } from "../tunnel/transport/endpoint.ts";
import { dial, type Transport } from "../tunnel/transport.ts";
import type { UdpDrops } from "../tunnel/transport/udp_drops.ts";

/** Settings for dialling that can change at run time: a snapshot. */
export interface DialSettings {
  /** The server certificates that TLS accepts. */
  readonly trust: Trust;
  /** Routing of the tunnel's packets. */
  readonly route: Route;
  readonly credentials: ClientCredentials;
}

/** Dependencies for dialling a server. */
export interface DiallerOptions {
  /** Transport of the tunnel. */
  transport: Transport;
  tune: TuneSocket;
  /** Makes the ticket of an attempt; without one, a client counts as a stranger until login. */
  ticket?: () => string;
  /** Counts packets that the kernel drops from UDP sockets. */
  drops?: UdpDrops;
  now: () => number;
}

/** Takes part in one attempt while it is under way. */
export interface AttemptObserver {
  /** The server's machine has answered. */
  reached(): void;
  /**
   * Waits for the attempt's turn to log in, because a server carries one tunnel of a client. Returns
   * what to call when the login has ended.
   */
  logIn(): Promise<() => void>;
}

const UNOBSERVED: AttemptObserver = { reached() {}, logIn: () => Promise.resolve(() => {}) };

/**
 * Returns a mutually authenticated connection to a server. `timeout` covers transport, TLS and
 * authentication, in milliseconds; `stop` aborts earlier. Throws the failure, or the reason of
 * `stop`.
 */
export async function dialServer(
  server: Endpoint,
  timeout: number,
  { transport, trust, tune, route, credentials, ticket, drops, now }: DiallerOptions & DialSettings,
  stop?: AbortSignal,
  observer = UNOBSERVED,
): Promise<Connection> {
  const began = now();
  const how = { stop, route, ticket: ticket?.(), drops, reached: () => observer.reached() };
  const connection = await dial(transport, server, trust, timeout, tune, how);
  const rest = Math.max(1, timeout - (now() - began));
  using deadline = new Deadline(rest, `Login timed out after ${timeout} ms`, stop);
  const { signal } = deadline;
  const hangUp = (): void => abandon(connection);
  signal.addEventListener("abort", hangUp);
  let done = (): void => {};
  try {
    done = await observer.logIn();
    signal.throwIfAborted();
    await authenticateToServer(connection, credentials);
    signal.throwIfAborted();
    return connection;
  } catch (error) {
    hangUp();
    if (stop?.aborted) throw stop.reason;
    if (!signal.aborted) throw error;
    throw new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" });
  } finally {
    done();
    signal.removeEventListener("abort", hangUp);
  }
}

/** Interval between two probes of a server's certificate, which cost a connection; ms. */
const LOOK_AGAIN = 600_000;
/** Time limit of a probe, in milliseconds. */
const LOOK_TIMEOUT = 3_000;

/** Dependencies of {@linkcode CertificateAdvice}. */
export interface CertificateAdviceOptions {
  /** QUIC's certificate cannot be probed. */
  transport: TransportConfig;
  now: () => number;
}

/** Adds to a certificate error the certificates that are pinned and the one the server has. */
export class CertificateAdvice {
  #options: CertificateAdviceOptions;
  /** What the servers showed last. */
  #looked = new Map<string, { readonly at: number; readonly shown: string | undefined }>();

  constructor(options: CertificateAdviceOptions) {
    this.#options = options;
  }

  /** Returns the error, or for a CertificateError one that names both SHA-256. */
  async explain(
    error: unknown,
    server: Endpoint,
    { trust, credentials, route }: DialSettings,
    stop?: AbortSignal,
  ): Promise<unknown> {
    if (!(error instanceof CertificateError)) return error;
    const pinned = credentials.pins.map((pin) => pin.toHex()).join(" or ");
    // The probe would use the machine's own route and might reach another server.
    const isRouted = route.interface !== undefined || route.mark !== undefined;
    const shown = isRouted ? undefined : await this.#look(server, trust, stop);
    const answers = shown === undefined ? "" : `, the server reports ${shown} (not verified)`;
    const detail = `${error.message}; pinned SHA-256: ${pinned}${answers}`;
    return new HandshakeError({ reason: "not-authenticated", by: "us", detail });
  }

  async #look(
    server: Endpoint,
    trust: Trust,
    stop?: AbortSignal,
  ): Promise<string | undefined> {
    const { transport, now } = this.#options;
    const key = `${server.host} ${server.port}`;
    const last = this.#looked.get(key);
    if (transport === "quic") return undefined;
    if (last !== undefined && now() - last.at < LOOK_AGAIN) return last.shown;
    this.#looked.set(key, { at: now(), shown: last?.shown }); // for attempts beside this one
    using deadline = new Deadline(LOOK_TIMEOUT, "Timed out reading the certificate", stop);
    const shown = await shownFingerprint(server, trust, deadline.signal).catch(() => undefined);
    this.#looked.set(key, { at: now(), shown });
    return shown;
  }
}
