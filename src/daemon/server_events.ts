import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { Transport } from "../tunnel/transport.ts";

/** Events of a server's connections. */
export interface ServerEvents {
  /** Refused before or during authentication; `address` is host and port. */
  rejected(host: string, address: string, end: TunnelEnd): void;
  connected(client: string, address: string, transport: Transport): void;
  /** A client's tunnel continues from another address. */
  moved(client: string, from: string, address: string): void;
  /** A tunnel has ended; `held` of the client's sessions wait for the next one. */
  disconnected(client: string, address: string, end: TunnelEnd, held: number): void;
  acceptFailed(error: unknown): void;
  /** A client was refused because a tunnel of its name from another address is up and answers. */
  nameInUse(client: string, newcomer: string, holder: string): void;
}
