import { formatAddress } from "../config/addresses.ts";
import type { Address, ClientConfig, ServerConfig } from "../config/types.ts";
import { formatMac } from "../pppoe/mac.ts";
import { ClientAccess, clientSettings } from "../proxy/client_access.ts";
import { authenticateToServer, HandshakeError } from "../tunnel/authenticate.ts";
import { abandon, type Connection } from "../tunnel/connection.ts";
import { CertificateAdvice, type DialSettings } from "../proxy/dialler.ts";
import { dial } from "../tunnel/transport.ts";
import { checkTlsEnvironment } from "../tunnel/trust_environment.ts";
import { readClientFiles } from "../config/files.ts";
import { showDelay } from "./amounts.ts";
import { acName, discoverOn, randomHostUniq } from "./discover.ts";
import type { DaemonState } from "./doctor_daemon.ts";
import { examine, type Examined } from "./examination.ts";
import type { Findings } from "./findings.ts";

/** A server: the addresses it listens on, and who answers a PADI on its wire. */
export async function* examineServer(
  config: ServerConfig,
  daemon: DaemonState,
  timeout: number,
): AsyncGenerator<Examined> {
  const { listen, transport } = config.tunnel;
  for (const address of listen) {
    yield* await examine(
      "listen",
      () => typeof daemon === "object" ? held(address) : tryListen(address, transport),
    );
  }
  yield* await examine("access concentrator", async () => await seekOne(config, timeout));
}

function held(address: Address): string {
  return `${formatAddress(address)} is the running daemon's`;
}

function tryListen(address: Address, transport: "tls" | "quic"): string {
  const { host: hostname, port } = address;
  const shown = formatAddress(address);
  try {
    if (transport === "tls") Deno.listen({ hostname, port }).close();
    else Deno.listenDatagram({ transport: "udp", hostname, port }).close();
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? `another program has it; \`ss -lnp\` shows which`
      : error instanceof Deno.errors.AddrNotAvailable
      ? "it is no address of this machine; `ip address` lists those there are"
      : error instanceof Deno.errors.PermissionDenied
      ? "ports below 1024 need CAP_NET_BIND_SERVICE; choose another port or give it that"
      : String(error);
    throw new Error(`Cannot listen on ${shown}: ${why}`, { cause: error });
  }
  return `${shown} is free`;
}

async function seekOne({ interface: link }: ServerConfig, timeout: number): Promise<string> {
  const [etherType, sessionType] = link.etherTypes;
  const search = { service: "", hostUniq: randomHostUniq(), etherType, timeout, first: true };
  const [offer] = await discoverOn(
    link.name,
    { ...search, now: () => performance.now() },
    sessionType,
  );
  if (offer !== undefined) {
    return `"${acName(offer)}" (${formatMac(offer.mac)}) answers a PADI after ${
      showDelay(offer.after / 1_000)
    }`;
  }
  throw new Error(
    `Nobody answers a PADI on "${link.name}" within ${
      timeout / 1_000
    } s: check the cable and the VLAN, and whether it wants a Service-Name (\`pppoe-proxy discover --service NAME\`)`,
  );
}

/** What a client dials and logs in with. */
interface Login extends DialSettings {
  ticket: () => string;
}

/** A client: whether each of its servers can be reached, is the right one, and lets it in. */
export async function* examineClient(
  config: ClientConfig,
  daemon: DaemonState,
  timeout: number,
): AsyncGenerator<Examined> {
  let login: Login;
  try {
    const files = await readClientFiles(config);
    const access = new ClientAccess(config.tunnel.name, files);
    login = { ...clientSettings(config, files), ticket: () => access.ticket() };
    checkTlsEnvironment();
  } catch {
    return; // what is wrong with the files has been said
  }
  for (const address of config.tunnel.connect) {
    const shown = formatAddress(address);
    const tunnels = typeof daemon === "object" ? daemon.tunnels : [];
    if (tunnels.some(({ peer, up }) => up && peer === shown)) {
      const text = `the running daemon has a tunnel to ${shown}`;
      yield { name: "server", verdict: "ok", text };
      continue;
    }
    yield* await examineOne(config, login, address, { timeout, daemon });
  }
}

async function examineOne(
  { tunnel }: ClientConfig,
  settings: Login,
  address: Address,
  { timeout, daemon }: { timeout: number; daemon: DaemonState },
): Promise<Examined[]> {
  const shown = formatAddress(address);
  let connection: Connection | undefined;
  const began = performance.now();
  const reached = await examine("server", async () => {
    try {
      connection = await dial(tunnel.transport, address, settings.trust, timeout, () => {}, {
        route: settings.route,
        // A newer ticket than that of a daemon which is dialling would take its place.
        ticket: daemon === "stopped" ? settings.ticket() : undefined,
      });
    } catch (error) {
      const advice = new CertificateAdvice({ transport: tunnel.transport, now: () => 0 });
      const explained = await advice.explain(error, address, settings);
      throw new Error(`Cannot reach ${shown}: ${adviseDial(explained)}`, { cause: error });
    }
    const took = showDelay((performance.now() - began) / 1_000);
    return `${shown} answers after ${took} and shows a certificate that is accepted`;
  });
  if (connection === undefined) return reached;
  const open = connection;
  const login = await examine("login", (findings) => {
    if (daemon === "stopped") return logIn(open, settings, shown, timeout);
    abandon(open);
    return askAboutLogin(daemon, shown, findings);
  });
  return [...reached, ...login];
}

/** A second login as the same client, at any address of its server, could end the daemon's tunnel. */
function askAboutLogin(
  daemon: Exclude<DaemonState, "stopped">,
  shown: string,
  { notes }: Findings,
): string {
  if (daemon === "unknown") {
    notes.push("Not tried: it would end the tunnel of a daemon, if one runs");
    return "";
  }
  const up = daemon.tunnels.find((tunnel) => tunnel.up);
  if (up !== undefined) return `not tried, as the running daemon has a tunnel to ${up.peer}`;
  const { down_reason } = daemon.tunnels.find(({ peer }) => peer === shown) ?? {};
  if (down_reason?.startsWith("not-authenticated")) {
    throw new Error(`The running daemon is refused at ${shown}: ${down_reason}${SAME_SECRET}`);
  }
  const why = down_reason === undefined || down_reason === null ? "" : `; it says: ${down_reason}`;
  notes.push(`Not tried, as the running daemon logs in itself${why}`);
  return "";
}

async function logIn(
  connection: Connection,
  { credentials }: DialSettings,
  shown: string,
  timeout: number,
): Promise<string> {
  const timer = setTimeout(() => abandon(connection), timeout);
  try {
    await authenticateToServer(connection, credentials);
    return `${shown} lets "${credentials.name}" in, and knows the secret too`;
  } catch (error) {
    throw new Error(`Cannot log in at ${shown} as "${credentials.name}": ${adviseLogin(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    abandon(connection);
  }
}

function adviseDial(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.ConnectionRefused) {
    return "nobody listens there; start the server, and compare the port with its tunnel.listen";
  }
  if (error instanceof Deno.errors.TimedOut) {
    return `${message}; check the address, the route and firewalls on the way`;
  }
  if (/unreachable|no route/i.test(message)) return `${message}; check the address and the route`;
  if (/lookup address|resolve/i.test(message)) return "its name is not found; check it and DNS";
  if (!(error instanceof HandshakeError) || !/certificate/.test(message)) return message;
  return `${error.end.detail}; compare with \`pppoe-proxy check\` on the server, and copy its server.crt to tunnel.server_certificate`;
}

const SAME_SECRET =
  "; the server's [[clients]] must have this name, and both sides the same secret file";

function adviseLogin(error: unknown): string {
  if (!(error instanceof HandshakeError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const { reason, detail } = error.end;
  const said = `${reason}${detail === "" ? "" : ` (${detail})`}`;
  return reason === "not-authenticated"
    ? `${said}${SAME_SECRET}`
    : reason === "name-in-use"
    ? `${said}; each machine needs a name and a secret of its own`
    : reason === "connection-lost"
    ? `${said}; is it a pppoe-proxy, and has it room for another connection?`
    : said;
}
