import { formatAddress } from "../config/addresses.ts";
import type { ClientTunnels, LoggedIn } from "../daemon/client_tunnels.ts";
import type { ServerEvents } from "../daemon/server_events.ts";
import { endOf, proveClient, type ServerCredentials } from "../tunnel/authenticate.ts";
import { abandon } from "../tunnel/transport/connection.ts";
import type { Incoming } from "../tunnel/transport/listener.ts";
import { TlsIncoming } from "../tunnel/tls/tls_incoming.ts";
import type { FromShard, HandedConnection } from "./messages.ts";

/** Dependencies of {@linkcode ShardLogins}. */
export interface ShardLoginsOptions {
  post: (message: FromShard) => void;
  /** Returns the valid secrets of a client. */
  secrets: ServerCredentials["secrets"];
  tunnels: ClientTunnels;
  events: Pick<ServerEvents, "rejected" | "acceptFailed">;
}

/** A connection without a login. */
interface Pending {
  incoming: Incoming;
  /** Whether the client is served here, by the first thread's answer. */
  served: PromiseWithResolvers<boolean>;
}

/**
 * Runs TLS, login and tunnel of the connections that the first thread hands over:
 *
 *     take ──TLS, proof──▶ "login" ──served()──▶ admitted ──▶ tunnel ──▶ "left"
 *       │ close(), failed           └─not here─▶ refused
 *       ▼
 *     "refused"
 */
export class ShardLogins {
  #options: ShardLoginsOptions;
  #pending = new Map<number, Pending>();

  constructor(options: ShardLoginsOptions) {
    this.#options = options;
  }

  /** Takes a connection over. */
  take(id: number, connection: HandedConnection): void {
    this.#serve(id, connection).catch(this.#options.events.acceptFailed);
  }

  async #serve(id: number, connection: HandedConnection): Promise<void> {
    const { post, tunnels, events } = this.#options;
    const incoming = TlsIncoming.takeOver(connection);
    const { remote } = incoming;
    let loggedIn: LoggedIn;
    try {
      loggedIn = await this.#login(id, incoming, connection.fingerprint);
    } catch (error) {
      incoming.close();
      return post({ kind: "refused", id, end: endOf(error) });
    } finally {
      this.#pending.delete(id);
    }
    try {
      await tunnels.admit(loggedIn);
    } catch (error) {
      abandon(incoming);
      return events.rejected(remote.host, formatAddress(remote), endOf(error));
    }
    try {
      await tunnels.carry(loggedIn);
    } finally {
      abandon(incoming);
      post({ kind: "left", client: loggedIn.client.name, host: remote.host });
    }
  }

  /** Closes a connection that has not logged in. */
  close(id: number): void {
    this.#pending.get(id)?.incoming.close();
  }

  /** Notes the answer to a "login". */
  served(id: number, here: boolean): void {
    this.#pending.get(id)?.served.resolve(here);
  }

  async #login(id: number, incoming: Incoming, fingerprint: Uint8Array): Promise<LoggedIn> {
    const { secrets, post } = this.#options;
    const served = Promise.withResolvers<boolean>();
    this.#pending.set(id, { incoming, served });
    const connection = await incoming.open();
    const client = await proveClient(connection, { fingerprint, secrets });
    post({ kind: "login", id, client: client.name });
    const { remote } = incoming;
    return { client, connection, remote, transport: "tls", isServed: await served.promise };
  }
}
