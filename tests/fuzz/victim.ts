/** An honest client's session, next to a malicious client. */
import type { Mac } from "../../src/pppoe/mac.ts";
import type { MacPolicy } from "../../src/proxy/session/proxy_options.ts";
import { sessionFrame, settle } from "../proxy/dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "../proxy/path.ts";
import type { HostileClient } from "../proxy/raw_client.ts";
import { addresses, payloadOf } from "./frame_rules.ts";
import { must, sameBytes } from "./target.ts";

const SECRET = new TextEncoder().encode("\u00c0!VICTIM'S OWN");

export class Victim {
  /** The session id that the AC assigned. */
  id = 0;
  /** The session id that its customer was given. */
  nearId = 0;
  /** The customer's address as seen by the AC. */
  readonly far: Mac;
  #near: Mac;
  #path: Path;
  #transparent: boolean;

  constructor(path: Path, mac: MacPolicy) {
    this.#path = path;
    this.#transparent = mac === "transparent";
    [this.far, this.#near] = this.#transparent ? [CUSTOMER, AC] : [WAN, LAN];
  }

  /** Records the ids of its session. */
  opened(id: number, nearId: number): void {
    [this.id, this.nearId] = [id, nearId];
  }

  /** Throws if a frame on the AC's wire belongs to its session or has its address. */
  mustNotBeMeant(frame: Uint8Array): void {
    const { source, destination } = addresses(frame);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const its = source === this.far && destination === AC && view.getUint16(16) === this.id;
    must(!its, "a frame of the victim's session");
    must(!this.#transparent || source !== CUSTOMER, "a frame from the victim's address");
  }

  /**
   * Checks that its session carries frames in both directions, and that none of the others has seen
   * them.
   */
  async mustCarry(others: readonly HostileClient[]): Promise<void> {
    const { ac, customers } = this.#path;
    ac.sendRaw(sessionFrame(this.far, AC, this.id, [...SECRET]));
    customers[0].sendRaw(sessionFrame(this.#near, CUSTOMER, this.nearId, [...SECRET]));
    await settle();
    for (const { frames } of [ac, customers[0]]) {
      const [frame, ...more] = frames.splice(0);
      must(frame !== undefined && more.length === 0, "the victim's session does not carry frames");
      const payload = payloadOf(frame);
      must(
        payload !== undefined && sameBytes(payload, SECRET),
        "the payload differs from the victim's",
      );
    }
    const secret = SECRET.toHex();
    const read = others.some(({ seen }) => seen.some(({ body }) => body.toHex().includes(secret)));
    must(!read, "the hostile client has read the victim's data");
  }
}
