/** Clients beside a lab's pair, each with one thing wrong, and peers that are none of ours. */
import { makeSelfSigned } from "../../../src/cli/keygen/self_signed.ts";
import { ALPN, encodeHello, NONCE_BYTES } from "../../../src/tunnel/handshake.ts";
import {
  ControlType,
  KIND_CONTROL,
  RECORD_HEADER,
  recordHeader,
} from "../../../src/tunnel/record/record.ts";
import { TLS_NAME } from "../../../src/tunnel/tls/tls_identity.ts";
import { encodeAlert, TlsAlert } from "../../../src/tunnel/tls/tls_alert.ts";
import type { Lab } from "../lab.ts";
import { type LabProcess, runCommand } from "../process.ts";
import { freePort } from "../../free_port.ts";
import { startDaemon } from "../proxy_pair.ts";
import type { Sides } from "./observer.ts";

/** A replacement in a configuration. */
export type Change = readonly [from: string | RegExp, to: string];

const DAY = 86_400_000;
/** An attempt that nobody answers ends soon. */
const HASTY = 'connect_timeout = "2s"\nname = "branch-1"';

/** What is wrong with each client: changes of the configuration of "branch-1". */
const WRONG: Readonly<Record<string, readonly Change[]>> = {
  outdated: [],
  ssh: [],
  mute: [['name = "branch-1"', HASTY]],
  twin: [],
  thief: [['"branch-1.secret"', '"other.secret"']],
  typo: [['name = "branch-1"', 'name = "branhc-1"']],
  stranger: [['"server.crt"', '"other/server.crt"']],
  filtered: [[/connect = .*/, 'connect = ["192.0.2.2:8443"]'], ['name = "branch-1"', HASTY]],
  blocked: [['transport = "tls"', 'transport = "quic"'], ['name = "branch-1"', HASTY]],
  unresolved: [[/connect = .*/, 'connect = ["proxy.invalid:8443"]']],
  unanswered: [[/connect = .*/, 'connect = ["proxy.invalid:8443"]'], ['name = "branch-1"', HASTY]],
};

/**
 * Starts a client with one thing wrong; it has failed to connect when this resolves. It connects to
 * an address of its own, from which it also comes, so that the server logs each of them.
 */
export async function startWrongClient(
  lab: Lab,
  name: string,
  more: readonly Change[] = [],
): Promise<LabProcess> {
  const address = `198.51.100.${1 + Object.keys(WRONG).indexOf(name)}`;
  await runCommand("ip", "address", "add", `${address}/32`, "dev", "lo");
  const changes = [["0.0.0.0", address] as const, ...WRONG[name], ...more];
  const client = await startChanged(lab, name, changes);
  await client.waitForLine(/connect failed/);
  return client;
}

/** Starts a daemon on lan1 or wan1 whose configuration is that of another one with changes. */
export async function startChanged(
  lab: Lab,
  name: string,
  changes: readonly Change[],
  from = "branch-1",
): Promise<LabProcess> {
  const source = (await Deno.readTextFile(`${lab.folder}/${from}.toml`))
    .replace('"lan0"', '"lan1"').replace('"wan0"', '"wan1"').replace(/^state_dir = .*/m, "");
  const text = changes.reduce((text, [from, to]) => text.replace(from, to), source);
  await lab.write(`${name}.toml`, text);
  return startDaemon(lab, name);
}

/** Makes a certificate for a day that began this many days ago, in a folder of the lab. */
export async function makeCertificate(lab: Lab, folder: string, daysAgo: number): Promise<void> {
  await Deno.mkdir(`${lab.folder}/${folder}`);
  const began = new Date(Date.now() - daysAgo * DAY);
  const { certificate, key } = await makeSelfSigned("localhost", 1, began);
  await lab.write(`${folder}/server.crt`, certificate, 0o644);
  await lab.write(`${folder}/server.key`, key);
}

/** Replaces the certificate of a lab's server on disk. */
export async function replaceCertificate(lab: Lab): Promise<void> {
  const { certificate, key } = await makeSelfSigned("localhost", 1, new Date());
  await lab.write("server.crt", certificate, 0o644);
  await lab.write("server.key", key);
}

/** A server and a client of it whose certificate has expired, and one for the future. */
export async function startExpired(lab: Lab): Promise<Sides> {
  await makeCertificate(lab, "expired", 30);
  await makeCertificate(lab, "future", -30);
  const port = freePort();
  const server = await startChanged(lab, "expired-server", [
    [/listen = .*/, `listen = "127.0.0.1:${port}"`],
    [/certificate = .*/, 'certificate = "expired/server.crt"'],
    [/key = .*/, 'key = "expired/server.key"'],
  ], "server");
  await server.waitForLine(/\bready\b/);
  const client = await startChanged(lab, "expired-client", [
    [/connect = .*/, `connect = ["127.0.0.1:${port}"]`],
    ['transport = "tls"', 'transport = "auto"'],
    [/server_certificate = .*/, 'server_certificate = ["expired/server.crt", "future/server.crt"]'],
  ]);
  await client.waitForLine(/\bready\b/);
  return { client, server };
}

/**
 * The first words of programs that are not this version of the server: one refuses the ALPN name
 * (RFC 7301 section 3.2), one speaks SSH, one says nothing.
 */
export const FOREIGN = {
  outdated: encodeAlert(TlsAlert.noApplicationProtocol),
  ssh: new TextEncoder().encode("SSH-2.0-OpenSSH_10.0\r\n"),
  mute: new Uint8Array(0),
};

/** Listens, and answers each ClientHello with these words; returns the port. */
export function listenForeign(lab: Lab, words: Uint8Array): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const serving = answerAll(listener, words, open);
  lab.use({
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await serving;
    },
  });
  return listener.addr.port;
}

async function answerAll(
  listener: Deno.Listener,
  words: Uint8Array,
  open: Set<Deno.Conn>,
): Promise<void> {
  for await (const connection of listener) {
    open.add(connection);
    try {
      await connection.read(new Uint8Array(4_096));
      await connection.write(words);
    } catch { // the client has hung up, or the lab ends
    }
  }
}

/** Says hello to the server as a client of another version, and waits for its answer. */
export async function helloOutdated(lab: Lab, port: number): Promise<void> {
  const caCerts = [await Deno.readTextFile(`${lab.folder}/server.crt`)];
  const hostname = "127.0.0.1";
  const tcp = await Deno.connect({ hostname, port });
  using tls = await Deno.startTls(tcp, { hostname: TLS_NAME, caCerts, alpnProtocols: [ALPN] });
  const nonce = new Uint8Array(NONCE_BYTES);
  const hello = encodeHello({ version: 2, features: 0, nonce, name: "branch-1" });
  const record = new Uint8Array(RECORD_HEADER + hello.length);
  const header = recordHeader(KIND_CONTROL, hello.length, ControlType.hello);
  new DataView(record.buffer).setUint32(0, header);
  record.set(hello, RECORD_HEADER);
  await tls.write(record);
  await tls.read(new Uint8Array(1_024));
}

/** Opens many connections that say nothing, until disposal. */
export async function floodConnections(port: number, count: number): Promise<Disposable> {
  const hostname = "127.0.0.1";
  const opening = Array.from({ length: count }, () => Deno.connect({ hostname, port }));
  const open = await Promise.all(opening);
  return { [Symbol.dispose]: () => open.forEach((connection) => connection.close()) };
}

/** A path on which all packets to 192.0.2.2 vanish, as behind a firewall that drops them. */
export async function makeBlackHole(lab: Lab): Promise<void> {
  await lab.cable("hole0", "hole1");
  await runCommand("ip", "address", "add", "192.0.2.1/24", "dev", "hole0");
  const neighbour = ["lladdr", "02:00:00:00:00:02", "dev", "hole0", "nud", "permanent"];
  await runCommand("ip", "neighbour", "add", "192.0.2.2", ...neighbour);
}

/** Name servers that this machine asks, and that do not answer. */
export async function muteNameServers(lab: Lab): Promise<void> {
  const text = await Deno.readTextFile("/etc/resolv.conf").catch(() => "");
  const servers = [...text.matchAll(/^nameserver\s+([\d.]+)\s*$/gm)].map(([, address]) => address);
  for (const hostname of servers.length === 0 ? ["127.0.0.1"] : servers) {
    if (!hostname.startsWith("127.")) {
      await runCommand("ip", "address", "add", `${hostname}/32`, "dev", "lo");
    }
    const socket = Deno.listenDatagram({ hostname, port: 53, transport: "udp" });
    lab.use({ [Symbol.asyncDispose]: () => Promise.resolve(socket.close()) });
  }
}
