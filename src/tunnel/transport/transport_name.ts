/** A transport of tunnels. "tls": TLS over TCP. "quic": QUIC with datagrams. */
export type Transport = "tls" | "quic";
