import { setTcpOptions } from "../../ffi/socket/tcp_options.ts";
import { readClientFiles } from "../../src/config/files/files.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ClientConfig } from "../../src/config/types.ts";
import { type DiallerOptions, dialServer, type DialSettings } from "../../src/daemon/dial.ts";
import { transportsOf } from "../../src/config/transports.ts";
import type { Connection } from "../../src/tunnel/transport/connection.ts";
import { TicketSigner } from "../../src/tunnel/admission/ticket.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { Lab } from "../lab/lab.ts";
import type { LabProcess } from "../lab/process.ts";
import { type PairOptions, ready, startDaemon, startProxyPair } from "../lab/proxy_pair.ts";
import { footprint } from "./footprint.ts";

/**
 * Time limit of an honest client's login, in milliseconds: as long as only a fault takes on a
 * loaded machine. A client that is kept out is refused, or never answered.
 */
export const LOGIN = 20_000;

/** A server daemon with one client, and the means for an honest client to log in again. */
export interface AttackedServer {
  readonly lab: Lab;
  readonly process: LabProcess;
  /** The daemon of its client, which a test may restart. */
  client: LabProcess;
  readonly port: number;
  /** Returns the daemon's current number of descriptors. */
  descriptors(): Promise<number>;
  /**
   * Logs in as one of the clients, like a daemon; `tune` is called with the descriptor of its
   * socket.
   */
  logIn(name: string, tune?: (number: number) => void): Promise<Connection>;
  /** Logs in with a ticket, like a daemon. */
  logInWithTicket(name: string): Promise<Connection>;
  /** Returns the next ticket of a client, as an ALPN name. */
  ticket(name: string): string;
  /** Kills the client daemon and starts another; resolves when its tunnel is up. */
  restartClient(): Promise<void>;
}

/** Starts the daemons and runs `body`. The `further` clients have the secret of "branch-1". */
export async function attackServer(
  options: PairOptions,
  further: readonly string[],
  body: (server: AttackedServer) => Promise<void>,
): Promise<void> {
  await using lab = await Lab.open();
  await lab.cables();
  const tables = further.map((name) =>
    `[[clients]]\nname = "${name}"\nsecret_file = "branch-1.secret"\n`
  );
  const server = `${options.server ?? ""}\n${tables.join("\n")}`;
  const pair = await startProxyPair(lab, { ...options, server });
  const config = await loadConfig(`${lab.folder}/branch-1.toml`) as ClientConfig;
  const { pins, secret } = await readClientFiles(config);
  closeTrust();
  const dialler: Omit<DiallerOptions & DialSettings, "tune"> = {
    transport: transportsOf(options.transport ?? "tls")[0],
    trust: { certificates: pins.map(({ pem }) => pem) },
    route: {},
    credentials: {
      name: "branch-1",
      secret,
      pins: pins.map(({ fingerprint }) => fingerprint),
    },
    now: () => performance.now(),
  };
  const [endpoint] = config.tunnel.connect;
  const tickets = new TicketSigner(Date.now);
  const ticket = (name: string): string => tickets.next(name, secret);
  await body({
    lab,
    process: pair.server,
    client: pair.client,
    port: endpoint.port,
    descriptors: async () => (await footprint(pair.server.pid)).descriptors,
    logIn: (name, tune = setTcpOptions) =>
      dialServer(endpoint, LOGIN, {
        ...dialler,
        tune,
        credentials: { ...dialler.credentials, name },
      }),
    logInWithTicket: (name) =>
      dialServer(endpoint, LOGIN, {
        ...dialler,
        tune: setTcpOptions,
        credentials: { ...dialler.credentials, name },
        ticket: () => ticket(name),
      }),
    ticket,
    async restartClient(): Promise<void> {
      pair.client.signal("SIGKILL");
      await pair.client.status;
      await ready(startDaemon(lab, "branch-1"));
    },
  });
}
