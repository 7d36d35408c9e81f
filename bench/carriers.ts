/** What carries PPPoE between cust0 and ac0 across the relay's path. */
import type { Lab } from "../tests/lab/lab.ts";
import { runCommand } from "../tests/lab/process.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { FAR, type IpPath, NEAR } from "../tests/lab/relay/ip_path.ts";
import type { PathOptions } from "../tests/lab/relay/delay_line.ts";
import { layBarePath, layLongPath, type Relay } from "../tests/lab/relay/long_path.ts";

/** "bare": no tunnel, the path's frames are the customer's. */
export const CARRIERS = ["bare", "tls", "quic", "openvpn-tcp", "openvpn-udp"] as const;
export type Carrier = typeof CARRIERS[number];

const SEED = 1;
const PORT = "1194";
const OPENVPN_READY = /Initialization Sequence Completed/;

/** Starts a carrier on a path; resolves when it carries frames. */
export async function startCarrier(
  lab: Lab,
  carrier: Carrier,
  conditions: PathOptions,
): Promise<Relay> {
  if (carrier === "bare") return await layBarePath(lab, SEED, conditions);
  await lab.cables();
  const path = await layLongPath(lab, { ...conditions, seed: SEED });
  if (carrier === "tls" || carrier === "quic") {
    await startProxyPair(lab, { transport: carrier, path });
  } else await startOpenvpn(lab, carrier === "openvpn-tcp" ? "tcp4" : "udp4", path);
  return path;
}

/** Starts OpenVPN with AES-128-GCM on both ends, its TAP interfaces bridged with lan0 and wan0. */
async function startOpenvpn(lab: Lab, protocol: "tcp4" | "udp4", path: IpPath): Promise<void> {
  const [near, far] = [await makeIdentity(lab, "near"), await makeIdentity(lab, "far")];
  const common = ["--dev", "tap0", "--dev-type", "tap", "--tun-mtu", "1500", "--port", PORT]
    .concat(["--data-ciphers", "AES-128-GCM", "--cipher", "AES-128-GCM", "--mssfix", "0"]);
  const isTcp = protocol === "tcp4";
  const tuned = isTcp ? ["--socket-flags", "TCP_NODELAY"] : ["--fast-io"];
  const start = (name: "near" | "far", ...args: string[]) => {
    const own = name === "near" ? near : far;
    const peer = name === "near" ? far : near;
    const [program, inside] = path[name]("openvpn", [
      ...[...common, ...tuned, ...args, "--cert", own.certificate, "--key", own.key],
      ...["--peer-fingerprint", peer.fingerprint],
    ]);
    return lab.start({ name: `openvpn ${name}`, program, args: inside });
  };
  const suffix = isTcp ? ["-server", "-client"] : ["", ""];
  const remote = isTcp ? [] : ["--remote", NEAR];
  const server = start(
    "far",
    ...["--proto", protocol + suffix[0], "--local", FAR, "--tls-server", "--dh", "none", ...remote],
  );
  if (isTcp) await server.waitForLine(/Listening for incoming TCP/);
  const client = start(
    "near",
    ...["--proto", protocol + suffix[1], "--local", NEAR, "--tls-client", "--remote", FAR],
  );
  await Promise.all([server, client].map((end) => end.waitForLine(OPENVPN_READY)));
  await bridgeTap(path.near, "lan0");
  await bridgeTap(path.far, "wan0");
}

interface Identity {
  certificate: string;
  key: string;
  /** SHA-256 of the certificate, as OpenVPN wants it. */
  fingerprint: string;
}

async function makeIdentity(lab: Lab, name: string): Promise<Identity> {
  const [certificate, key] = [`${lab.folder}/${name}.crt`, `${lab.folder}/${name}.key`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await runCommand(
    ...["openssl", "req", "-x509", ...curve, "-days", "2", "-subj", `/CN=${name}.test`] as const,
    ...["-keyout", key, "-out", certificate],
  );
  const shown = ["x509", "-noout", "-fingerprint", "-sha256", "-in", certificate];
  const fingerprint = (await runCommand("openssl", ...shown)).trim().split("=")[1];
  return { certificate, key, fingerprint };
}

async function bridgeTap(enter: IpPath["near"], wire: string): Promise<void> {
  const ip = async (...args: string[]): Promise<void> => {
    const [program, inside] = enter("ip", ["link", ...args]);
    await runCommand(program, ...inside);
  };
  await ip("add", "br0", "type", "bridge", "forward_delay", "0", "mcast_snooping", "0");
  for (const name of [wire, "tap0"]) await ip("set", name, "master", "br0", "up");
  await ip("set", "br0", "up");
}
