import { CLOSE_CODES } from "../close_reason.ts";
import { abandon, type Connection } from "../transport/connection.ts";
import { EarlyGuard } from "./early_guard.ts";
import { ALPN } from "../handshake.ts";
import { QUIC_OPTIONS, requireQuic } from "./quic.ts";
import { QuicConnection } from "./quic_connection.ts";
import { MAX_HANDSHAKES, QuicHandshakes } from "./quic_handshakes.ts";
import { type KnownNetworks, NO_KNOWN_NETWORKS, QuicSocket } from "./quic_socket.ts";
import type { Endpoint } from "../transport/endpoint.ts";
import { makeTlsIdentity } from "../tls/tls_identity.ts";
import { UdpDrops } from "../transport/udp_drops.ts";
import type { Incoming, Listener, Renewal } from "../transport/listener.ts";

/** Interval between checks for timed-out handshakes, in milliseconds. */
const SWEEP = 500;

/** What a listener shares with other parts. */
export interface QuicListenOptions {
  /** Networks from which clients have recently logged in. */
  known?: KnownNetworks;
  /** Counts the kernel's drops of UDP sockets. */
  drops?: UdpDrops;
  /**
   * Called with the load when the kernel starts to drop first packets; with undefined when it
   * stops.
   */
  flooded?: (perSecond: number | undefined) => void;
}

/**
 * A UDP port that accepts QUIC connections. A connection is delivered after QUIC's handshake, which
 * verifies the peer's address.
 *
 *     listening ──close()──▶ closing ──last connection gone──▶ closed
 */
export class QuicListener implements Listener {
  readonly transport = "quic";
  readonly port: number;
  #endpoint: Deno.QuicEndpoint;
  #listener: Deno.QuicListener;
  /**
   * The listeners of certificates that were renewed. Deno's endpoint accepts no more connections
   * once any of its listeners is collected as garbage, and has no call that replaces one.
   */
  #former: Deno.QuicListener[] = [];
  #shown: { cert: string; key: string };
  #ready: Incoming[] = [];
  #waiting: PromiseWithResolvers<Incoming> | undefined;
  #handshakes: QuicHandshakes;
  #socket: QuicSocket;
  #known: KnownNetworks;
  #sweep: ReturnType<typeof setInterval>;
  #connections = 0;
  #closing = false;

  constructor(
    endpoint: Endpoint,
    certificate: string,
    key: string,
    { known = NO_KNOWN_NETWORKS, drops = new UdpDrops(), flooded }: QuicListenOptions = {},
  ) {
    requireQuic();
    const now = (): number => performance.now();
    this.#known = known;
    const knows = (host: string) => known.isKnown(host);
    this.#handshakes = new QuicHandshakes({ knows, now, random: Math.random });
    this.#sweep = setInterval(() => this.#handshakes.sweep(), SWEEP);
    this.#endpoint = new Deno.QuicEndpoint({ hostname: endpoint.host, port: endpoint.port });
    this.#socket = new QuicSocket(this.#endpoint.addr, {
      known,
      handshakes: this.#handshakes,
      drops,
      flooded,
      now,
    });
    this.#shown = identity(certificate, key);
    this.#listener = this.#endpoint.listen({
      ...QUIC_OPTIONS,
      ...this.#shown,
      alpnProtocols: [ALPN],
    });
    this.port = this.#endpoint.addr.port;
    this.#listen();
  }

  accept(): Promise<Incoming> {
    const ready = this.#ready.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    this.#waiting = Promise.withResolvers();
    if (this.#closing) this.#waiting.reject(new Deno.errors.BadResource("Listener closed"));
    return this.#waiting.promise;
  }

  /** QUIC's endpoint accepts another certificate for new connections at any time. */
  renew(certificate: string, key: string): Promise<Renewal> {
    const former = this.#shown;
    const show = (shown: { cert: string; key: string }): void => {
      this.#former.push(this.#listener);
      this.#listener = this.#endpoint.listen({ ...QUIC_OPTIONS, ...shown, alpnProtocols: [ALPN] });
      this.#shown = shown;
    };
    return Promise.try(() => {
      show(identity(certificate, key));
      return { commit: () => {}, cancel: () => show(former) };
    });
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#listener.stop();
    this.#waiting?.reject(new Deno.errors.BadResource("Listener closed"));
    for (const incoming of this.#ready.splice(0)) incoming.close();
    clearInterval(this.#sweep);
    this.#socket.close();
    this.#handshakes.clear();
    this.#release();
  }

  async #listen(): Promise<void> {
    while (!this.#closing) {
      let incoming: Deno.QuicIncoming;
      try {
        incoming = await this.#listener.incoming();
      } catch {
        return; // the endpoint is closed
      }
      // The address is not known before accept: after asking for it, Deno would not accept. No
      // answer is sent, because it might go to a victim; a client's own QUIC retries.
      if (!this.#closing && this.#handshakes.begin()) this.#shakeHands(incoming);
      else {
        incoming.ignore();
        this.#socket.gate.arrived(false);
      }
    }
  }

  async #shakeHands(incoming: Deno.QuicIncoming): Promise<void> {
    try {
      // Only a connection returned before its handshake can be closed during it. Nothing is read
      // from or written to it before `handshake` has resolved.
      const connection = incoming.accept({ zeroRtt: true });
      this.#follow(connection);
      const { hostname } = connection.remoteAddr;
      let hasLeft = false;
      const left = connection.closed.catch(() => {}).then(() => void (hasLeft = true));
      const done = this.#handshakes.enter(hostname, () => {
        hasLeft = true;
        refuseQuic(connection);
      });
      this.#socket.gate.arrived(this.#known.isKnown(hostname));
      this.#socket.gate.changed();
      await Promise.race([connection.handshake, left]).finally(done);
      // A failed handshake resolves too, and its cause is reported one turn later.
      await new Promise((resolve) => setImmediate(resolve));
      if (!hasLeft && connection.protocol === ALPN) this.#deliver(new QuicIncoming(connection));
      else abandon(connection);
    } catch {
      // a stranger, or a peer that does not trust us: QUIC has sent it the reason
    }
  }

  #deliver(incoming: QuicIncoming): void {
    if (this.#closing) return incoming.close();
    if (this.#waiting !== undefined) this.#waiting.resolve(incoming);
    else if (this.#ready.length < MAX_HANDSHAKES) this.#ready.push(incoming);
    else incoming.refuse();
    this.#waiting = undefined;
  }

  async #follow(connection: Deno.QuicConn): Promise<void> {
    this.#connections++;
    await connection.closed.catch(() => {});
    this.#connections--;
    this.#release();
  }

  /** Closes the socket after the last connection. */
  #release(): void {
    if (this.#closing && this.#connections === 0) this.#endpoint.close();
  }
}

/** Closes a connection with the reason, which reaches the peer even during its handshake. */
function refuseQuic(connection: Deno.QuicConn): void {
  const reason = "too-many-connections";
  try {
    connection.close({ closeCode: CLOSE_CODES[reason], reason });
  } catch {
    // already closed
  }
}

/** Makes what is presented instead of the configured certificate (PEM). */
function identity(certificate: string, key: string): { cert: string; key: string } {
  const shown = makeTlsIdentity(certificate, key);
  return { cert: shown.certificate, key: shown.key };
}

class QuicIncoming implements Incoming {
  readonly encrypted = true;
  /** All connections share one socket. */
  readonly scarce = false;
  #connection: Deno.QuicConn;
  #stream: Deno.QuicBidirectionalStream | undefined;
  #guard: EarlyGuard;

  constructor(connection: Deno.QuicConn) {
    this.#connection = connection;
    this.#guard = new EarlyGuard(connection);
  }

  get remote(): Endpoint {
    const { hostname, port } = this.#connection.remoteAddr;
    return { host: hostname, port };
  }

  /**
   * Waits for the client's stream, which arrives with its hello right after QUIC's handshake. Deno
   * does not expose the ClientHello.
   */
  async greeted(): Promise<readonly string[]> {
    const streams = this.#connection.incomingBidirectionalStreams.getReader();
    const { value } = await streams.read();
    streams.releaseLock();
    if (value === undefined) {
      throw new Deno.errors.ConnectionReset("The peer closed the connection");
    }
    this.#stream = value;
    return [];
  }

  hasSpoken(): boolean {
    return this.#stream !== undefined;
  }

  async open(): Promise<Connection> {
    if (this.#stream === undefined) await this.greeted();
    if (this.#stream === undefined) throw new Deno.errors.BadResource("Connection closed");
    return new QuicConnection(this.#connection, this.#stream, this.#guard);
  }

  proven(): void {
    this.#guard.proven();
  }

  refuse(): void {
    refuseQuic(this.#connection);
  }

  close(): void {
    abandon(this.#connection);
  }
}
