import { SystemError } from "../../../ffi/errno.ts";
import { formatAddress } from "../../config/addresses.ts";
import { transportsOf } from "../../config/transports.ts";
import type { Address, ClientConfig, ServerConfig } from "../../config/types.ts";
import { formatMac } from "../../pppoe/mac.ts";
import { ClientAccess, clientSettings } from "../../daemon/client_access.ts";
import { authenticateToServer, HandshakeError } from "../../tunnel/authenticate.ts";
import { abandon, type Connection } from "../../tunnel/transport/connection.ts";
import { CertificateAdvice, type DialSettings } from "../../daemon/dial.ts";
import { dial, type Transport } from "../../tunnel/transport.ts";
import { checkTlsEnvironment } from "../../tunnel/tls/trust_environment.ts";
import { readClientFiles } from "../../config/files/files.ts";
import { showDelay } from "../terminal/amounts.ts";
import { acName, discoverOn, randomHostUniq } from "./discover.ts";
import type { DaemonState } from "./doctor_daemon.ts";
import { type DoctorCheck, runDoctorCheck } from "./doctor_check.ts";
import { checkPath } from "./doctor_path.ts";
import type { Findings } from "../../checks/findings.ts";

/** Checks a server's wire: that an AC answers a PADI. */
export async function* checkServerWire(
  config: ServerConfig,
  timeout: number,
): AsyncGenerator<DoctorCheck> {
  const options = { name: "access concentrator", code: "ac-silent", file: config.file } as const;
  yield* await runDoctorCheck(options, async () => await seekOne(config, timeout));
}

function named(address: Address, transport: Transport): string {
  return `${transport === "tls" ? "TCP" : "UDP"} ${formatAddress(address)}`;
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
    return `"${acName(offer)}" (${formatMac(offer.mac)}) answered a PADI after ${
      showDelay(offer.after / 1_000)
    }`;
  }
  throw new Error(
    `No access concentrator answered a PADI on "${link.name}" within ${
      timeout / 1_000
    } s; check the cable and the VLAN; some need a Service-Name (\`pppoe-proxy discover --service NAME\`)`,
  );
}

/** Settings and ticket for a login. */
interface Login extends DialSettings {
  ticket: () => string;
}

/**
 * Checks a client: that each of its servers is reachable, has a pinned certificate, and accepts it.
 */
export async function* checkClientTunnel(
  config: ClientConfig,
  daemon: DaemonState,
  timeout: number,
): AsyncGenerator<DoctorCheck> {
  let login: Login;
  try {
    const files = await readClientFiles(config);
    const access = new ClientAccess(config.tunnel.name, files);
    login = { ...clientSettings(config, files), ticket: () => access.ticket() };
    checkTlsEnvironment();
  } catch {
    return; // the checks of files have reported why
  }
  for (const address of config.tunnel.connect) {
    const shown = formatAddress(address);
    const tunnels = typeof daemon === "object" ? daemon.tunnels : [];
    const tunnel = tunnels.find((tunnel) => tunnel.up && tunnel.server === shown);
    if (tunnel !== undefined) {
      const { congestion_control: control, segment_bytes: segment } = tunnel;
      const tcp = control === null ? "" : `, ${control}, packets of ${segment} bytes`;
      const text = `the running daemon is connected to ${shown}${tcp}`;
      yield { name: "server", verdict: "ok", text };
      continue;
    }
    yield* await examineOne(config, login, address, { timeout, daemon });
  }
}

/** Tries a server over each permitted transport, and logs in over the first that works. */
async function examineOne(
  { file, tunnel }: ClientConfig,
  settings: Login,
  address: Address,
  { timeout, daemon }: { timeout: number; daemon: DaemonState },
): Promise<DoctorCheck[]> {
  const transports = transportsOf(tunnel.transport);
  const found: DoctorCheck[] = [];
  let isReached = false;
  for (const transport of transports) {
    const target = { file, transport, address, login: !isReached };
    const checks = await examineTransport(target, settings, { timeout, daemon });
    isReached ||= checks[0].verdict === "ok";
    found.push(...checks);
  }
  return isReached ? found.map(tolerated) : found;
}

/** A transport that fails is only a warning if the other one works. */
function tolerated(check: DoctorCheck): DoctorCheck {
  const { name, verdict, text, finding } = check;
  if (name !== "server" || verdict !== "failed") return check;
  const words = `${finding?.words ?? ""} (the other transport works)`;
  return {
    name,
    verdict: "warning",
    text: `${text}; the other transport works`,
    ...(finding && { finding: { ...finding, severity: "warning", words } }),
  };
}

interface Target {
  /** The configuration's path. */
  file: string;
  transport: Transport;
  address: Address;
  /** Whether to log in too. */
  login: boolean;
}

async function examineTransport(
  { file, transport, address, login }: Target,
  settings: Login,
  { timeout, daemon }: { timeout: number; daemon: DaemonState },
): Promise<DoctorCheck[]> {
  const shown = named(address, transport);
  let connection: Connection | undefined;
  const began = performance.now();
  const options = { name: "server", code: "server-unreachable", file } as const;
  const reached = await runDoctorCheck(options, async () => {
    try {
      connection = await dial(transport, address, settings.trust, timeout, () => {}, {
        route: settings.route,
        // A ticket of ours would replace the one of a daemon that is connecting now.
        ticket: daemon === "stopped" ? settings.ticket() : undefined,
      });
    } catch (error) {
      const advice = new CertificateAdvice({ transport, now: () => 0 });
      const explained = await advice.explain(error, address, settings);
      throw new Error(`Cannot reach ${shown}: ${adviseDial(explained)}`, { cause: error });
    }
    const took = showDelay((performance.now() - began) / 1_000);
    return `${shown} answered after ${took} with a pinned certificate`;
  });
  if (connection === undefined) return reached;
  const open = connection;
  const loginCheck = { name: "login", code: "login-refused", file } as const;
  if (!login) {
    abandon(open);
    return reached;
  }
  if (daemon !== "stopped") {
    abandon(open);
    const asked = await runDoctorCheck(
      loginCheck,
      (findings) => askAboutLogin(daemon, formatAddress(address), findings),
    );
    return [...reached, ...asked];
  }
  try {
    const accepted = await runDoctorCheck(
      loginCheck,
      () => logIn(open, settings, shown, timeout),
    );
    const isIn = accepted.every(({ verdict }) => verdict === "ok");
    return [
      ...reached,
      ...accepted,
      ...isIn ? await checkPath(open, { file, shown, timeout }) : [],
    ];
  } finally {
    abandon(open);
  }
}

/** Reports the running daemon's login: a second login of the same client could end its tunnel. */
function askAboutLogin(
  daemon: Exclude<DaemonState, "stopped">,
  shown: string,
  findings: Findings,
): string {
  const remedy = "see `status` of the daemon, or stop it and run doctor again";
  if (daemon === "unknown") {
    const words = "Not tested: logging in could end the tunnel of a running daemon";
    findings.add("warning", "not-tested", "", { words, remedy });
    return "";
  }
  const up = daemon.tunnels.find((tunnel) => tunnel.up);
  if (up !== undefined) return `not tested: the running daemon is connected to ${up.server}`;
  const { down_reason } = daemon.tunnels.find(({ server }) => server === shown) ?? {};
  if (down_reason?.startsWith("not-authenticated")) {
    throw new Error(`${shown} refused the running daemon: ${down_reason}${SAME_SECRET}`);
  }
  const why = down_reason === undefined || down_reason === null
    ? ""
    : `; it reports ${down_reason}`;
  const words = `Not tested: the running daemon is trying to log in${why}`;
  findings.add("warning", "not-tested", "", { words, remedy });
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
    return `${shown} accepted "${credentials.name}" and has the same secret`;
  } catch (error) {
    throw new Error(`Cannot log in at ${shown} as "${credentials.name}": ${adviseLogin(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof SystemError && error.code === code;
}

function adviseDial(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.ConnectionRefused || isSystemError(error, "ECONNREFUSED")) {
    return "connection refused; start the server and compare the port with its tunnel.listen";
  }
  if (error instanceof Deno.errors.TimedOut) {
    return `${message}; check the address, the route and firewalls on the path`;
  }
  if (/unreachable|no route/i.test(message)) return `${message}; check the address and the route`;
  if (/lookup address|resolve|ENOTFOUND|EAI_AGAIN/i.test(message)) {
    return "name not found; check the name and DNS";
  }
  if (!(error instanceof HandshakeError) || !/certificate/.test(message)) return message;
  return `${error.end.detail}; compare with the output of \`pppoe-proxy check\` on the server, and copy its server.crt to tunnel.server_certificate`;
}

const SAME_SECRET =
  "; the server's [[clients]] must list this name, and both ends need the same secret";

function adviseLogin(error: unknown): string {
  if (!(error instanceof HandshakeError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const { reason, detail } = error.end;
  const said = `${reason}${detail === "" ? "" : ` (${detail})`}`;
  return reason === "not-authenticated"
    ? `${said}${SAME_SECRET}`
    : reason === "name-in-use"
    ? `${said}; give each machine its own name and secret`
    : reason === "connection-lost"
    ? `${said}; check that it is a pppoe-proxy server and has not reached its connection limit`
    : said;
}
