import { TAG_AC_NAME } from "../../pppoe/constants.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import type { Tag } from "../../pppoe/tags.ts";
import type { ProxyOptions } from "../session/proxy_options.ts";
import type { Peer } from "../session/session.ts";
import { nameIn } from "../session/session_names.ts";
import { refusalIn } from "./ac_refusal.ts";
import type { Concentrators } from "./concentrators.ts";
import type { Pending } from "./pending.ts";

/** Reports what the ACs' answers say of the ACs themselves. */
export class AcReports {
  #options: Pick<ProxyOptions, "refused" | "late">;
  #concentrators: Pick<Concentrators, "nameOf">;
  #answered: () => void;

  /** `answered` is called for each answer to a request that is waited for. */
  constructor(
    options: Pick<ProxyOptions, "refused" | "late">,
    concentrators: Pick<Concentrators, "nameOf">,
    answered: () => void,
  ) {
    this.#options = options;
    this.#concentrators = concentrators;
    this.#answered = answered;
  }

  /** Reports that an AC answers, and that it refuses if it does. */
  answered({ owner: peer, customer }: Pending<Peer>, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#answered();
    const { source: concentrator, code } = packet;
    const acName = this.#nameOf(packet, tags);
    const refusal = refusalIn({ peer, customer, concentrator, acName, code, tags });
    if (refusal !== undefined) this.#options.refused?.(refusal);
  }

  /** Reports an answer to a request of ours that was the last one `delay` milliseconds ago. */
  late(packet: DiscoveryPacket, tags: Tag[], delay: number): void {
    const { source: concentrator, code } = packet;
    this.#options.late?.({ concentrator, acName: this.#nameOf(packet, tags), code, delay });
  }

  #nameOf({ source }: DiscoveryPacket, tags: Tag[]): string {
    return nameIn(tags, TAG_AC_NAME) || this.#concentrators.nameOf(source);
  }
}
