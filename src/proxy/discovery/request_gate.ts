import type { Mac } from "../../pppoe/mac.ts";
import { AnswerGate } from "./answer_gate.ts";
import { CustomerRates } from "../../limits/customer_rates.ts";
import type { DropReason } from "../session/drops.ts";
import { PadiShaper, type PadiShaperOptions } from "./padi_shaper.ts";
import { PadrGate } from "./padr_gate.ts";
import type { Pending } from "./pending.ts";
import type { ProxyLimits } from "../session/proxy_options.ts";
import type { Rate } from "../../limits/rate.ts";
import type { Peer, Session } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";
import { SharedRate, type Shares } from "../../limits/shared_rate.ts";

/** Refusals per second of one customer's requests; also guaranteed to each client. */
const REFUSALS: Rate = { rate: 5, burst: 20 };

/** Dependencies of a gate. */
export interface RequestGateOptions extends Omit<PadiShaperOptions<Peer>, "hasSession"> {
  limits: ProxyLimits;
  sessions: Sessions;
  /** Returns the number of sessions of other threads. */
  sessionsElsewhere?: () => number;
  /** Called for each opened session. */
  opened?: (session: Session) => void;
}

/** Decides which customers' requests are forwarded, wait or are refused: by state and by rate. */
export class RequestGate {
  readonly padis: PadiShaper<Peer>;
  readonly padrs: PadrGate<Peer>;
  readonly answers: AnswerGate<Peer>;
  #options: RequestGateOptions;
  #limits: ProxyLimits;
  #refusalsByCustomer: CustomerRates<Peer>;
  #refusals: SharedRate<Peer>;

  constructor(options: RequestGateOptions) {
    const { limits, now, randomBytes } = options;
    this.#options = options;
    const hasSession = (peer: Peer, customer: Mac) => peer.customers.has(customer);
    this.padis = new PadiShaper({ ...options, hasSession });
    const { table } = options.sessions;
    const isOpen = (session: Session) => table.sessions[session.index] === session;
    this.padrs = new PadrGate({ ...options, isOpen });
    this.answers = new AnswerGate(options);
    options.sessions.restored = ({ concentrator }) => this.answers.proven(concentrator);
    this.#limits = limits;
    this.#refusalsByCustomer = new CustomerRates(REFUSALS, now, randomBytes);
    this.#refusals = new SharedRate(refusalShares(limits));
  }

  /** Applies new limits. */
  reconfigure(limits: ProxyLimits): void {
    this.#limits = limits;
    this.padis.reconfigure(limits);
    this.padrs.reconfigure(limits);
    this.answers.reconfigure(limits);
    this.#refusals.reconfigure(refusalShares(limits));
  }

  /**
   * Returns why a customer's PADI is dropped; undefined if it passes. `known` is its discovery, if
   * any.
   */
  padi(
    peer: Peer,
    customer: Mac,
    known: Pending<Peer> | undefined,
  ): DropReason | undefined {
    const blocked = this.blocked(peer, customer);
    if (blocked !== undefined) return blocked;
    if (this.padis.repeats(known)) return "padi-repeated";
    return this.padis.admits(peer, customer) ? undefined : "padi-rate";
  }

  /**
   * Returns why this customer can have no further session. At a limit, the AC is asked about the
   * customer's longest silent session, so that a dead one is gone when the customer dials again.
   */
  blocked(peer: Peer, customer: Mac): DropReason | undefined {
    const { sessions } = this.#options;
    if (sessions.draining) return "draining";
    const full = this.full(peer, customer);
    if (full !== undefined) sessions.idle.givingWay.ask(peer, customer);
    return full;
  }

  /** Returns the session limit that this customer has reached, if any. */
  full(peer: Peer, customer: Mac): DropReason | undefined {
    const { table } = this.#options.sessions;
    const limits = this.#limits;
    const all = table.size + (this.#options.sessionsElsewhere?.() ?? 0);
    const isFull = all >= limits.sessions ||
      peer.sessions >= limits.sessionsOf(peer.name);
    if (isFull) return "session-limit";
    const own = peer.customers.get(customer)?.size ?? 0;
    return own >= limits.sessionsPerCustomer ? "customer-session-limit" : undefined;
  }

  /** Records the session of a discovery; `pads` is the PADS sent to the customer. */
  opened(pending: Pending<Peer> | undefined, session: Session, pads: Uint8Array): void {
    this.#options.opened?.(session);
    this.padis.completed(session.peer, session.customer);
    this.answers.proven(session.concentrator);
    if (pending !== undefined) this.padrs.answered(pending, session, pads);
  }

  /**
   * Whether a customer may be sent the reason for a refusal; rate limited, so that floods are not
   * mirrored.
   */
  mayRefuse(peer: Peer, customer: Mac): boolean {
    return this.#refusalsByCustomer.take(peer, customer) &&
      this.#refusals.take(peer, this.#options.now());
  }
}

function refusalShares({ padiRate, padiBurst }: ProxyLimits): Shares {
  const most = { rate: padiRate, burst: padiRate + padiBurst };
  return { floor: REFUSALS, each: most, all: most };
}
