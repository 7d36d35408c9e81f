/**
 * OpenVPN in place of the daemons: TAP devices over TCP or UDP, bridged to the wires.
 *
 *     cust0 ══ lan0 ─ br-lan ─ tap-lan [openvpn] ── 127.0.0.1 ── [openvpn] tap-wan ─ br-wan ─ wan0 ══ ac0
 */
import { X509Certificate } from "node:crypto";
import { makeSelfSigned } from "../src/cli/keygen/self_signed.ts";
import { bridgeNamed } from "../tests/lab/bridge.ts";
import type { Lab } from "../tests/lab/lab.ts";
import type { LabProcess } from "../tests/lab/process.ts";
import { installed, runCommand } from "../tests/lab/process.ts";
import { freePort } from "../tests/free_port.ts";
import type { RunningPath } from "./paths.ts";

/** The cipher that the tunnel's TLS uses too. */
const CIPHER = "AES-256-GCM";
const DAYS = 2;

/** Returns OpenVPN's version; undefined if it is not installed. */
export async function openVpnVersion(): Promise<string | undefined> {
  if (!installed("openvpn")) return undefined;
  const { stdout } = await new Deno.Command("openvpn", { args: ["--version"] }).output();
  return new TextDecoder().decode(stdout).split(" ")[1]; // the exit code is 1 up to 2.5
}

/** Options of a protocol: of both ends, the server and the client. */
const PROTOCOLS = {
  tcp: {
    both: ["--socket-flags", "TCP_NODELAY"],
    server: ["--proto", "tcp4-server"],
    client: ["--proto", "tcp4-client", "--remote", "127.0.0.1"],
  },
  udp: {
    both: ["--proto", "udp4", "--fast-io"],
    server: ["--remote", "127.0.0.2"],
    client: ["--local", "127.0.0.2", "--remote", "127.0.0.1"],
  },
} as const;

/** Starts both ends and bridges them. Throws if they do not connect. */
export async function layOpenVpn(
  lab: Lab,
  protocol: keyof typeof PROTOCOLS = "tcp",
): Promise<RunningPath> {
  await lab.cables();
  const [lan, wan] = [await identity(lab, "lan"), await identity(lab, "wan")];
  const port = String(freePort());
  const start = performance.now();
  const common = (own: Identity, peer: Identity) => [
    ...["--dev", `tap-${own.name}`, "--dev-type", "tap", "--tun-mtu", "1500"],
    ...["--port", port, ...PROTOCOLS[protocol].both, "--data-ciphers", CIPHER],
    ...["--cert", own.certificate, "--key", own.key, "--peer-fingerprint", peer.fingerprint],
  ];
  const run = (name: string, args: string[]) => lab.start({ name, program: "openvpn", args });
  const listen = ["--local", "127.0.0.1", "--tls-server", "--dh", "none"];
  const server = run("OpenVPN server", [
    ...[...common(wan, lan), ...PROTOCOLS[protocol].server, ...listen],
  ]);
  await server.waitForLine(/Listening for incoming TCP connection|UDPv4 link local/);
  const connect = [...PROTOCOLS[protocol].client, "--tls-client"];
  const client = run("OpenVPN client", [...common(lan, wan), ...connect]);
  await Promise.all([server, client].map(connected));
  for (const side of ["lan", "wan"]) {
    await runCommand("ip", "link", "set", `tap-${side}`, "up", "addrgenmode", "none");
    await bridgeNamed(lab, `br-${side}`, [`${side}0`, `tap-${side}`]);
  }
  return { pids: [server.pid, client.pid], readyAfter: performance.now() - start };
}

async function connected(end: LabProcess): Promise<void> {
  await end.waitForLine(/Initialization Sequence Completed/, { timeout: 15_000 });
}

/** Files of a certificate and its key, and its fingerprint. */
interface Identity {
  name: string;
  certificate: string;
  key: string;
  fingerprint: string;
}

async function identity(lab: Lab, name: string): Promise<Identity> {
  const { certificate, key } = await makeSelfSigned(`${name}.example`, DAYS, new Date());
  return {
    name,
    certificate: await lab.write(`${name}.crt`, certificate),
    key: await lab.write(`${name}.key`, key),
    fingerprint: new X509Certificate(certificate).fingerprint256,
  };
}
