import { ListeningSocket } from "../../../ffi/socket/listening_socket.ts";
import { AcceptTurn } from "./accept_turn.ts";
import { listenAs, type TuneListener } from "./tls.ts";
import type { Endpoint } from "../transport/endpoint.ts";
import { makeTlsIdentity, type TlsIdentity } from "./tls_identity.ts";
import { TlsIncoming } from "./tls_incoming.ts";
import type { Incoming, Listener, Renewal } from "../transport/listener.ts";

/**
 * A TCP port that accepts TLS connections. A connection is passed to Deno only when it may begin
 * its handshake. It is presented the certificate that was in use when it was accepted.
 */
export class TlsListener implements Listener {
  readonly transport = "tls";
  readonly port: number;
  #socket: ListeningSocket;
  #shown: TlsIdentity;
  #turn = new AcceptTurn(() => performance.now());

  constructor(endpoint: Endpoint, certificate: string, key: string, tune: TuneListener) {
    this.#shown = usableIdentity(certificate, key);
    this.#socket = new ListeningSocket(endpoint.host, endpoint.port);
    this.port = this.#socket.port;
    tune(this.port);
  }

  async accept(): Promise<Incoming> {
    while (!this.#socket.closed) {
      await this.#turn.pause();
      const socket = this.#socket.accept();
      if (socket !== undefined) {
        this.#turn.accepted();
        return new TlsIncoming(socket, this.#shown);
      }
      if (this.#turn.noneWaits()) await this.#socket.wait();
    }
    throw new Deno.errors.BadResource("Listener closed");
  }

  // deno-lint-ignore require-await -- other transports may need to wait
  async renew(certificate: string, key: string): Promise<Renewal> {
    const former = this.#shown;
    this.#shown = usableIdentity(certificate, key);
    return { commit() {}, cancel: () => void (this.#shown = former) };
  }

  close(): void {
    this.#socket.close();
  }
}

/** Makes the identity of a server with this certificate; throws if Deno's TLS rejects it. */
function usableIdentity(certificate: string, key: string): TlsIdentity {
  const identity = makeTlsIdentity(certificate, key);
  listenAs(identity).close();
  return identity;
}
