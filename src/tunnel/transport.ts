/** The transports of a tunnel, by their names in the configuration. */
import type { Listener } from "./transport/listener.ts";
import type { Connection } from "./transport/connection.ts";
import { dialQuic } from "./quic/quic.ts";
import { QuicListener, type QuicListenOptions } from "./quic/quic_listener.ts";
import {
  type DialOptions,
  dialTls,
  type Trust,
  type TuneListener,
  type TuneSocket,
} from "./tls/tls.ts";
import type { Endpoint } from "./transport/endpoint.ts";
import type { Transport } from "./transport/transport_name.ts";
import { TlsListener } from "./tls/tls_listener.ts";

export type { Transport } from "./transport/transport_name.ts";

/** Opens the listening socket. `tune` applies to TCP only, `options` to QUIC only. */
export function listen(
  transport: Transport,
  endpoint: Endpoint,
  certificate: string,
  key: string,
  tune: TuneListener,
  options: QuicListenOptions = {},
): Listener {
  return transport === "quic"
    ? new QuicListener(endpoint, certificate, key, options)
    : new TlsListener(endpoint, certificate, key, tune);
}

/**
 * Dials within `timeout` milliseconds or until `options.stop`, and verifies the server. Throws the
 * cause of a failure, or the reason of `stop`.
 */
export function dial(
  transport: Transport,
  endpoint: Endpoint,
  trust: Trust,
  timeout: number,
  tune: TuneSocket,
  options: DialOptions = {},
): Promise<Connection> {
  return transport === "quic"
    ? dialQuic(endpoint, trust, timeout, options)
    : dialTls(endpoint, trust, timeout, tune, options);
}
