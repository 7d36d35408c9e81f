import { tuneSocketsOf } from "../ffi/socket/tcp.ts";
import { setTcpOptions } from "../ffi/socket/tcp_options.ts";
import { dialTls, listenTls } from "../src/tunnel/tls/tls.ts";
import { closeTrust } from "../src/tunnel/tls/trust_environment.ts";
import type { Connection } from "../src/tunnel/transport/connection.ts";
import type { Lab } from "../tests/lab/lab.ts";
import { makeSecrets } from "../tests/lab/proxy_pair.ts";

/** Both ends of a TLS connection, set up as in the daemons. */
export interface TlsPair extends Disposable {
  near: Connection;
  far: Deno.TlsConn;
}

/** Connects this process to itself over 127.0.0.1. */
export async function tlsPair(lab: Lab): Promise<TlsPair> {
  await makeSecrets(lab, []);
  const [certificate, key] = ["server.crt", "server.key"].map((name) =>
    Deno.readTextFileSync(`${lab.folder}/${name}`)
  );
  const endpoint = { host: "127.0.0.1", port: 0 };
  using listener = listenTls(endpoint, certificate, key, (port) => void tuneSocketsOf(port));
  endpoint.port = (listener.addr as Deno.NetAddr).port;
  const trust = { certificates: [certificate] };
  closeTrust();
  const accepted = listener.accept();
  const near = dialTls(endpoint, trust, 5_000, (number) => void setTcpOptions(number));
  const far = await accepted;
  await far.handshake();
  const connected = await near;
  return {
    near: connected,
    far,
    [Symbol.dispose]() {
      connected.close();
      far.close();
    },
  };
}
