import { randomBytes } from "node:crypto";
import { INSTANCE_BYTES } from "../tunnel/handshake.ts";
import type { Transport } from "../tunnel/transport.ts";
import type { Connection } from "../tunnel/transport/connection.ts";
import type { Candidate } from "./better_search.ts";
import type { ClientOptions, ClientSettings } from "./client_options.ts";
import { type AttemptObserver, CertificateAdvice, dialServer } from "./dial.ts";
import type { Attempt, Dialled } from "./dial_search.ts";
import { Failover } from "./failover.ts";
import { LoginTurns } from "./login_turns.ts";
import { TransportChoice } from "./transport_choice.ts";
import { raceTransports } from "./transport_race.ts";

/** Maximum timeout of attempts while sessions wait, in milliseconds. */
const URGENT_TIMEOUT = 5_000;

/** Why a client prefers TLS for a while. */
const DISTRUSTED = "QUIC connected and then fell silent; it is tried again later";

/** Dials a client's servers, over the transports that suit. */
export class ClientDialler {
  readonly choice: Failover;
  readonly transports: TransportChoice;
  #options: ClientOptions;
  #settings: ClientSettings;
  #advice: CertificateAdvice;
  #isUrgent: () => boolean;
  /** Identifies this process, whose new tunnel may replace its old one. */
  #instance = randomBytes(INSTANCE_BYTES);

  /** `isUrgent` returns whether sessions wait. */
  constructor(options: ClientOptions, isUrgent: () => boolean) {
    this.#options = options;
    this.#settings = options.settings;
    this.#isUrgent = isUrgent;
    this.choice = new Failover(options.servers.length, options.settings.choice);
    this.transports = new TransportChoice(options.transport);
    this.#advice = new CertificateAdvice(options);
  }

  /** Applies new settings to the next attempt. */
  reconfigure(settings: ClientSettings): void {
    this.#settings = settings;
    this.choice.reconfigure(settings.choice);
  }

  /** Begins an attempt to reach a server, by default the one whose turn it is. */
  attempt(
    turns: LoginTurns,
    stop: AbortSignal,
    server = this.choice.next(this.#options.now()),
  ): Attempt {
    const { now, servers } = this.#options;
    let isAnswered = false;
    const observer = { reached: () => void (isAnswered = true), logIn: () => turns.next() };
    const dialling = this.#dial(server, this.transports.order(now()), stop, observer);
    const result = dialling.catch(async (error) => {
      throw await this.#advice.explain(error, servers[server], this.#settings, stop);
    });
    return { server, result, isAnswered: () => isAnswered };
  }

  /** What would be better than this connection: a preferred server, or QUIC. */
  candidates({ server, transport }: Dialled): Candidate[] {
    const { now } = this.#options;
    return [{
      after: () => this.choice.better(server)?.after,
      dial: (stop) => this.#dialPreferred(server, stop),
    }, {
      after: () => {
        return this.transports.returnAfter(transport, this.#settings.choice.failbackAfter, now());
      },
      dial: (stop) => this.#dial(server, ["quic"], stop),
    }];
  }

  async #dialPreferred(server: number, stop: AbortSignal): Promise<Dialled> {
    const turns = new LoginTurns();
    const observer = { reached() {}, logIn: () => turns.next() };
    let failure: unknown;
    for (const index of this.choice.better(server)?.servers ?? []) {
      try {
        return await this.#dial(index, this.transports.order(this.#options.now()), stop, observer);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #dial(
    server: number,
    transports: readonly Transport[],
    stop: AbortSignal,
    observer?: AttemptObserver,
  ): Promise<Dialled> {
    const endpoint = this.#options.servers[server];
    const { connectTimeout } = this.#settings;
    const timeout = this.#isUrgent() ? Math.min(URGENT_TIMEOUT, connectTimeout) : connectTimeout;
    const dial = (transport: Transport, signal: AbortSignal): Promise<Connection> => {
      const credentials = { ...this.#settings.credentials, instance: this.#instance };
      const how = { ...this.#options, ...this.#settings, credentials, transport };
      return dialServer(endpoint, timeout, how, signal, observer);
    };
    const raced = await raceTransports(transports, dial, stop);
    const isDistrusted = transports.length > 1 && transports[0] === raced.transport &&
      raced.transport === "tls";
    return { server, ...raced, ...(isDistrusted && { detail: DISTRUSTED }) };
  }
}
