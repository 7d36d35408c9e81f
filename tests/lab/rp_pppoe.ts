/**
 * rp-pppoe's programs in user space: a server with a replacement for pppd, and a client fed by us.
 */
import { encodeHdlc, HdlcDecoder } from "./hdlc.ts";
import { Journal } from "./journal.ts";
import type { Lab } from "./lab.ts";
import type { Program } from "../needs.ts";
import { findProgram, type LabProcess, runCommand } from "./process.ts";

/** Programs needed by {@linkcode startRpServer}, {@linkcode startRpClient} and discovery. */
export const RP_PROGRAMS: readonly Program[] = ["pppoe-server", "pppoe", "pppoe-discovery"];

const STAND_IN = new URL("rp_stand_in.ts", import.meta.url).pathname;

/**
 * Copies `pppoe` to the lab's folder. Debian installs it set-user-id and only for the group dip, so
 * an ordinary user may not execute the original; in a private namespace no more rights are needed.
 */
async function copyOfPppoe(lab: Lab): Promise<string> {
  const copy = `${lab.folder}/pppoe-${crypto.randomUUID()}`;
  await Deno.writeFile(copy, await Deno.readFile(findProgram("pppoe") ?? "pppoe"));
  await Deno.chmod(copy, 0o700);
  return copy;
}

/** How a `pppoe-server` answers. */
export interface RpServerOptions {
  interface: string;
  acName: string;
  service: string;
  /** Added to its session ids, which begin with 1; must differ for each AC on an interface. */
  offset?: number;
}

/**
 * Starts a `pppoe-server` that sends every PPP frame back, and answers as this AC with this
 * service.
 */
export async function startRpServer(
  lab: Lab,
  { interface: name, acName, service, offset = 0 }: RpServerOptions,
): Promise<LabProcess> {
  // pppoe-server executes a file; Deno may be anywhere, for example run by npx.
  const deno = `"${Deno.execPath()}" run -A --cached-only --quiet`;
  const standIn = await lab.write("pppd", `#!/bin/sh\nexec ${deno} "${STAND_IN}" "$@"\n`, 0o700);
  const args = ["-F", "-I", name, "-C", acName, "-S", service, "-q", standIn];
  args.push("-o", String(offset));
  args.push("-Q", await copyOfPppoe(lab));
  return lab.start({ name: "pppoe-server", program: "pppoe-server", args });
}

/** Makes `pppoe` dial an AC by its name, without PPP; returns the session id. */
export async function discoverRp(lab: Lab, name: string, ...args: string[]): Promise<number> {
  const output = await runCommand(await copyOfPppoe(lab), "-I", name, "-d", ...args);
  return Number.parseInt(output);
}

/** A running `pppoe` and the PPP packets that it receives. */
export interface RpClient extends AsyncDisposable {
  readonly packets: Journal<Uint8Array>;
  /** Number of packets that arrived broken. */
  readonly faults: number;
  send(packet: Uint8Array): Promise<void>;
  /** Ends its input, which makes it send a PADT. */
  hangUp(): Promise<void>;
}

/**
 * Starts `pppoe` on an interface, with a Host-Uniq (-U); resolves when the server's end answers.
 */
export async function dialRp(lab: Lab, name: string): Promise<RpClient> {
  const probes = new Journal<Uint8Array>();
  const client = lab.use(startClient(await copyOfPppoe(lab), name, probes));
  await untilEchoed(client, probes);
  return client;
}

function startClient(pppoe: string, name: string, probes: Journal<Uint8Array>): RpClient {
  const child = new Deno.Command(pppoe, {
    args: ["-I", name, "-U", "-T", "30"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  const packets = new Journal<Uint8Array>((packet) => `${packet.length} bytes`);
  const decoder = new HdlcDecoder();
  const read = (async () => {
    for await (const chunk of child.stdout) {
      for (const packet of decoder.decode(chunk)) {
        if (isProbe(packet)) probes.add(packet);
        else packets.add(packet);
      }
    }
  })();
  let hungUp = false;
  const hangUp = async () => {
    if (!hungUp) await input.close().catch(() => {});
    hungUp = true;
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    await child.status;
    clearTimeout(timer);
    await read;
  };
  return {
    packets,
    get faults() {
      return decoder.faults;
    },
    send: (packet) => input.write(encodeHdlc(packet)),
    hangUp,
    [Symbol.asyncDispose]: hangUp,
  };
}

const PROBE = Uint8Array.of(0x00, 0x21, 0x50, 0x52, 0x4f, 0x42, 0x45);

/** Sends probes until one comes back: the server's end starts some time after the PADS. */
async function untilEchoed(client: RpClient, probes: Journal<Uint8Array>): Promise<void> {
  const probe = () => void client.send(PROBE).catch(() => {});
  const timer = setInterval(probe, 100);
  try {
    probe();
    await probes.reach(1, "probes to come back");
  } finally {
    clearInterval(timer);
  }
}

function isProbe(packet: Uint8Array): boolean {
  return packet.length === PROBE.length && packet.every((byte, at) => byte === PROBE[at]);
}
