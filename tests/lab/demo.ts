/**
 * `deno task demo`: both daemons as processes on one machine, a customer that dials through them,
 * and the packets on both wires. Needs no privileges or hardware, and leaves nothing behind.
 */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_SESSION,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { dumpDiscovery } from "../../src/pppoe/dump.ts";
import { findTag } from "../../src/pppoe/tags.ts";
import { missingPackages } from "../needs.ts";
import { fetchDependencies } from "./dependencies.ts";
import { insideLab, Lab } from "./lab.ts";
import { type EchoPath, measureEcho } from "./measure.ts";
import { heading, say, TOPOLOGY } from "./narrative.ts";
import { runInNamespace } from "./namespace.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { tapCable, type Tapped, type WireTap } from "./peers/wire_tap.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { dialRp, RP_PROGRAMS, startRpServer } from "./rp_pppoe.ts";

/** A customer with an open session. */
interface Customer extends EchoPath {
  hangUp(): unknown;
}

/** Number of frames sent and returned; high, so that the hosts are not the bottleneck. */
const FRAMES = 5_000;
const PINGS = 300;
/** Maximum payload of a session frame (RFC 2516 section 7). */
const LENGTH = 1_492;

async function demo(): Promise<void> {
  const missing = missingPackages(RP_PROGRAMS);
  heading("pppoe-proxy: one PPPoE line, two Ethernet segments, an IP network between them");
  say(TOPOLOGY, "");
  say(
    missing.length === 0
      ? "Customer and AC are rp-pppoe's programs, pppoe and pppoe-server."
      : `Customer and AC are built in; with Debian's ${
        missing.join(" and ")
      } they would be rp-pppoe's.`,
  );
  await using lab = await Lab.open();
  const { lan, wan } = await lab.cables();
  const taps = { lan: lab.use(tapCable(lan)), wan: lab.use(tapCable(wan)) };
  const start = performance.now();
  const daemons = await startProxyPair(lab);
  const took = Math.round(performance.now() - start);
  say(`Both daemons are up, authenticated with a new certificate and secret (${took} ms):`);
  say(`  server, process ${daemons.server.pid}; client "branch-1", process ${daemons.client.pid}`);

  const customer = missing.length === 0 ? await dialWithRpPppoe(lab) : await dialBuiltIn(lab);
  showDiscovery(taps);
  await showTransfer(customer, taps);
  await customer.hangUp();
  await showEnd(taps);
}

async function dialWithRpPppoe(lab: Lab): Promise<Customer> {
  await startRpServer(lab, { interface: "ac0", acName: "lab-ac", service: "internet" });
  const client = await dialRp(lab, "cust0");
  return { received: client.packets, send: client.send, hangUp: client.hangUp };
}

async function dialBuiltIn(lab: Lab): Promise<Customer> {
  lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const host = lab.use(startTestClient("cust0"));
  const session = await host.dial({ hostUniq: Uint8Array.of(0x4e, 0x2f) });
  return { received: session.received, send: session.send, hangUp: session.terminate };
}

function isDiscovery({ code }: Tapped): boolean {
  return code !== CODE_SESSION;
}

function showDiscovery({ lan, wan }: { lan: WireTap; wan: WireTap }): void {
  for (const [name, tap] of [["LAN", lan], ["WAN", wan]] as const) {
    heading(`Discovery on the ${name}`);
    // The ends of a cable are recorded by two sockets, so equal timestamps may appear in either
    // order.
    const packets = tap.seen.all(isDiscovery).sort((a, b) => stage(a.code) - stage(b.code));
    for (const { frame } of packets) say(`  ${dumpDiscovery(frame)}`);
  }
  const [customers, tokens] = [lan, wan].map(firstHostUniq);
  if (customers === undefined || tokens === undefined || customers === tokens) {
    throw new Error(`Host-Uniq was not rewritten: "${customers}" and "${tokens}"`);
  }
  say("", `The AC never saw the customer's Host-Uniq ${customers}, but a token of the proxy,`);
  say(`${tokens}, which brought the answers back to the right customer.`);
}

/** Returns the position of a packet in a dial. */
function stage(code: number): number {
  return [CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS].indexOf(code);
}

function firstHostUniq({ seen }: WireTap): string | undefined {
  return findTag(seen.all(isDiscovery)[0]?.tags ?? [], TAG_HOST_UNIQ)?.toHex();
}

async function showTransfer(
  customer: Customer,
  { lan, wan }: { lan: WireTap; wan: WireTap },
): Promise<void> {
  heading("Session frames, to the AC and back");
  const figures = await measureEcho(customer, { frames: FRAMES, pings: PINGS, length: LENGTH });
  const { frames, framesPerSecond, megabitsPerSecond, roundTripP50, roundTripP99 } = figures;
  say(
    `  ${frames} frames of ${LENGTH} bytes came back unchanged and in order`,
    `  ${Math.round(framesPerSecond)} frames/s and ${
      Math.round(megabitsPerSecond)
    } Mbit/s each way`,
    `  round trip ${roundTripP50.toFixed(2)} ms (p50), ${roundTripP99.toFixed(2)} ms (p99)`,
  );
  await Promise.all([lan.carried("cust0", frames + PINGS), wan.carried("wan0", frames + PINGS)]);
  const count = (tap: WireTap, end: string) => tap.sessionFrames(end).length;
  say(
    `  on the LAN ${count(lan, "lan0")} from the customer and ${count(lan, "cust0")} to it,`,
    `  on the WAN ${count(wan, "ac0")} to the AC and ${count(wan, "wan0")} from it`,
    "  (customer, AC and their recorders share this machine, so they are part of the figures)",
  );
}

async function showEnd({ lan, wan }: { lan: WireTap; wan: WireTap }): Promise<void> {
  heading("The customer hangs up");
  const ends = await Promise.all([lan.padt("lan0"), wan.padt("ac0")]);
  for (const [index, { frame }] of ends.entries()) {
    say(`  ${["LAN", "WAN"][index]}  ${dumpDiscovery(frame)}`);
  }
}

/** Runs the demo; returns 1, with the reason on stderr, if something failed. */
async function main(): Promise<number> {
  try {
    await demo();
    heading("Done: all processes, interfaces and files have been removed.");
    return 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await Deno.stderr.write(new TextEncoder().encode(`\nThe demo failed: ${reason}\n`));
    return 1;
  }
}

/** Enters a new namespace and runs the demo there. */
async function outside(): Promise<number> {
  if (!await fetchDependencies()) return 1;
  return await runInNamespace(["run", "-A", "--quiet", new URL(import.meta.url).pathname]);
}

if (import.meta.main) Deno.exit(insideLab() ? await main() : await outside());
