import { timingSafeEqual } from "node:crypto";
import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";
import type { PolicyDrop } from "../session/drops.ts";
import { HostUniqTurns } from "./host_uniq_turns.ts";
import type { Pending } from "./pending.ts";
import { type Requester, Requesters } from "./requesters.ts";
import { tokenHandle, TokenSigner } from "./token.ts";

/** The Host-Uniq shown to the AC: our token, the customer's own, or a fixed one. */
export type HostUniqMode = "rewrite" | "preserve" | { fixed: Uint8Array };

/** Maximum number of discoveries that are over and whose answers are known to be late. */
const MAX_OVER = 1_024;

/**
 * Assigns each discovery the Host-Uniq that the AC sees, and finds the discovery that an AC's
 * answer belongs to: exactly one or none, never a guess.
 */
export class HostUniqRewriter<Owner extends { readonly name: string }> {
  #mode: HostUniqMode;
  #signer: TokenSigner;
  /** By token. */
  #byUpstream = new Map<string, Pending<Owner>>();
  /** Holders of values that are not our tokens. */
  #turns: HostUniqTurns<Owner>;
  #requesters = new Requesters();
  /** Times of the last request of discoveries that had no session, by token; the latest is last. */
  #over = new Map<string, number>();
  #now: () => number;

  constructor(mode: HostUniqMode, signer: TokenSigner, now: () => number) {
    this.#mode = mode;
    this.#signer = signer;
    this.#turns = new HostUniqTurns(now);
    this.#now = now;
  }

  /**
   * Sets `pending.upstream`, the same for all PADIs and PADRs of one discovery (an AC-Cookie may
   * cover it). `local` is the source address that the AC sees.
   */
  assign(pending: Pending<Owner>, local: Mac): PolicyDrop | undefined {
    if (pending.upstreamKey !== undefined) return undefined;
    if (this.#mode === "rewrite") {
      const { number } = this.requester(pending.owner);
      pending.upstream = this.#signer.signer(String(local), number);
      pending.upstreamKey = tokenHandle(pending.upstream);
      if (pending.upstreamKey !== undefined) this.#byUpstream.set(pending.upstreamKey, pending);
      return undefined;
    }
    const upstream = this.#mode === "preserve" ? pending.hostUniq : this.#mode.fixed;
    const key = sharedKey(local, upstream);
    if (!this.#turns.take(key, pending)) return "host-uniq-busy";
    pending.upstream = upstream;
    pending.upstreamKey = key;
    return undefined;
  }

  /**
   * Returns the discovery of an answer with this Host-Uniq, sent to `local`, or why it has none.
   */
  resolve(local: Mac, hostUniq: Uint8Array | undefined): Pending<Owner> | PolicyDrop {
    if (this.#mode !== "rewrite") {
      return this.#turns.holder(sharedKey(local, hostUniq)) ?? "host-uniq-unknown";
    }
    if (hostUniq === undefined) return "host-uniq-missing";
    const handle = tokenHandle(hostUniq);
    const pending = handle === undefined ? undefined : this.#byUpstream.get(handle);
    if (pending?.upstream === undefined) return "host-uniq-unknown";
    return timingSafeEqual(hostUniq, pending.upstream) ? pending : "host-uniq-forged";
  }

  /** Returns a client as a requester: the same one after its tunnel has been lost. */
  requester({ name }: Owner): Requester {
    return this.#requesters.named(name);
  }

  /**
   * Returns the client to whose request an answer with this Host-Uniq, sent to `local`, belongs,
   * even if the request has been forgotten; undefined if it is not ours. Only a token proves that.
   */
  requesterOf(local: Mac, hostUniq: Uint8Array | undefined): Requester | undefined {
    if (this.#mode !== "rewrite" || hostUniq === undefined) return undefined;
    if (!this.#signer.verify(hostUniq, String(local))) return undefined;
    return this.#requesters.numbered(this.#signer.number(hostUniq));
  }

  /**
   * Returns how long ago a discovery that is over last asked, in milliseconds, from an answer with
   * this Host-Uniq; undefined if it is not ours, has led to a session, or was answered late before.
   */
  lateness(local: Mac, hostUniq: Uint8Array | undefined): number | undefined {
    if (this.#over.size === 0 || this.requesterOf(local, hostUniq) === undefined) return undefined;
    const handle = tokenHandle(hostUniq ?? new Uint8Array(0)) ?? "";
    const asked = this.#over.get(handle);
    this.#over.delete(handle);
    return asked === undefined ? undefined : this.#now() - asked;
  }

  /** Removes a discovery: later answers to it are not accepted. */
  forget(pending: Pending<Owner>): void {
    const { upstreamKey } = pending;
    if (upstreamKey === undefined) return;
    if (this.#mode !== "rewrite") this.#turns.forget(upstreamKey, pending);
    else if (this.#byUpstream.get(upstreamKey) === pending) {
      this.#byUpstream.delete(upstreamKey);
      // A customer that has a session waits for no other AC: one that stands in for it may be late.
      if (!isServed(pending)) setLatest(this.#over, upstreamKey, pending.touched, MAX_OVER);
    }
  }
}

/** Whether a discovery has led to a session. */
function isServed({ requested }: Pending<unknown>): boolean {
  return [...requested.values()].some(({ sessionId }) => sessionId !== 0);
}

function sharedKey(local: Mac, hostUniq: Uint8Array | undefined): string {
  return `${local}/${hostUniq?.toHex() ?? "-"}`;
}
