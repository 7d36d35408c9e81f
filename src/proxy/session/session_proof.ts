import { createHmac, timingSafeEqual } from "node:crypto";
import { Hmac } from "../../hmac.ts";
import { TAG_VENDOR_SPECIFIC } from "../../pppoe/constants.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import type { Mac } from "../../pppoe/mac.ts";
import { fitsDiscovery } from "../../pppoe/tag_edit.ts";
import { encodeTags, type Tag } from "../../pppoe/tags.ts";

/** Length of a proof, in bytes: a truncated HMAC-SHA-256 (RFC 2104 section 5). */
const PROOF_BYTES = 16;
/** Vendor-Specific begins with an enterprise number (RFC 2516 appendix A); 0 is IANA's own. */
const LABEL = Uint8Array.of(0, 0, 0, 0, 0x50, 0x50, 0x50, 0x31);

const encoder = new TextEncoder();

/** The facts that a proof covers. */
export interface ProvenSession {
  readonly handle: number;
  readonly acSessionId: number;
  readonly customer: Mac;
  readonly concentrator: Mac;
  /** Our address towards the AC. */
  readonly local: Mac;
}

/**
 * Proves a session to a server that has restarted without its sessions: the server seals it when it
 * opens, with a key that outlives the process. Without proofs, a client could make the server end
 * other clients' sessions.
 */
export class SessionProofs {
  #hmac: Hmac;

  /** `secret` is known only to the server, and stays the same after a restart. */
  constructor(secret: string | Uint8Array) {
    const key = createHmac("sha256", secret).update("pppoe-proxy session proof 1").digest();
    this.#hmac = new Hmac(key);
  }

  /** Returns the proof that this client has this session. */
  issue(client: string, session: ProvenSession): Uint8Array {
    const { handle, acSessionId, customer, concentrator, local } = session;
    const facts = JSON.stringify([client, handle, acSessionId, customer, concentrator, local]);
    return this.#hmac.digest(encoder.encode(facts)).subarray(0, PROOF_BYTES);
  }

  /** Whether this proof was issued to this client for this session. */
  verify(client: string, session: ProvenSession, proof: Uint8Array): boolean {
    return proof.length === PROOF_BYTES && timingSafeEqual(this.issue(client, session), proof);
  }
}

/** Returns the tag that carries a proof through the tunnel; it never appears on a wire. */
export function proofTag(proof: Uint8Array): Tag {
  const value = new Uint8Array(LABEL.length + proof.length);
  value.set(LABEL);
  value.set(proof, LABEL.length);
  return { type: TAG_VENDOR_SPECIFIC, value };
}

/** Returns the tags with this proof, if it fits, and without any other. */
function withProof(code: number, tags: readonly Tag[], proof: Uint8Array): Tag[] {
  const others = takeProof(tags).tags;
  const all = [...others, proofTag(proof)];
  return fitsDiscovery(code, all) ? all : others;
}

/** Returns a PADS with these tags and the proof, as sent to the client of the session. */
export function provable(
  proofs: SessionProofs | undefined,
  session: ProvenSession & { readonly peer: { readonly name: string } },
  pads: DiscoveryPacket,
  tags: readonly Tag[],
): DiscoveryPacket {
  if (proofs === undefined) return pads;
  const proof = proofs.issue(session.peer.name, session);
  return { ...pads, tags: encodeTags(withProof(pads.code, tags, proof)) };
}

/** Separates the proof from the other tags; a proof from either wire is removed. */
export function takeProof(
  tags: readonly Tag[],
): { tags: Tag[]; proof: Uint8Array | undefined } {
  const found = tags.find(isProof);
  return {
    tags: tags.filter((tag) => !isProof(tag)),
    proof: found?.value.slice(LABEL.length),
  };
}

function isProof({ type, value }: Tag): boolean {
  return type === TAG_VENDOR_SPECIFIC && value.length === LABEL.length + PROOF_BYTES &&
    LABEL.every((byte, at) => value[at] === byte);
}
