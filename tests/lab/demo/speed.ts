/** The speed of the daemons beside a kernel bridge, by the generator and the sink of the bench. */
import { layKernelBridge } from "../../../bench/kernel_bridge.ts";
import type { Flow } from "../../../bench/load.ts";
import { type RunningPath, startDaemons, withSession } from "../../../bench/paths.ts";
import { tryLoad } from "../../../bench/trial.ts";
import { Lab } from "../lab.ts";
import { say } from "./narrative.ts";

/** What is measured of a path, from cust0 to ac0. */
interface Speed {
  /** Mbit/s of frames of 1,510 bytes that arrive when more are offered. */
  large: number;
  /** Frames of 64 bytes per second that arrive when more are offered. */
  small: number;
  /** Median one-way latency at 1,000 frames per second, in microseconds. */
  latency: number;
}

/** Size of full frames, without the check sequence, and of small ones, in bytes. */
const LARGE = 1_510;
const SMALL = 64;
/** Share of a load's duration that each path gets to warm up. */
const WARM_UP = 0.4;

/** Measures both paths with loads of this many seconds, and shows the figures. */
export async function showSpeed(seconds: number): Promise<void> {
  const proxy = await measure((lab) => startDaemons(lab), seconds);
  const bridge = await measure(layKernelBridge, seconds).catch(reasonOf);
  const beside = (figure: keyof Speed): string =>
    typeof bridge === "string" ? "-" : amount(bridge[figure]);
  const row = (what: string, figure: keyof Speed): string =>
    `  ${what.padEnd(44)}${amount(proxy[figure]).padStart(12)}${beside(figure).padStart(16)}`;
  say(
    `  ${"".padEnd(44)}${"pppoe-proxy".padStart(12)}${"kernel bridge".padStart(16)}`,
    row(`Mbit/s, flooded with ${LARGE} bytes`, "large"),
    row(`frames/s, flooded with ${SMALL} bytes`, "small"),
    row("µs of latency at 1,000 frames/s, median", "latency"),
    "",
    `One run of ${seconds} s each. Generator and receiver share this machine's ${navigator.hardwareConcurrency} cores with`,
    "both daemons; the bridge has no tunnel and encrypts nothing. `deno task bench`",
    "measures thoroughly.",
  );
  if (typeof bridge === "string") say(`Without the bridge: ${bridge}`);
}

async function measure(
  start: (lab: Lab) => Promise<RunningPath>,
  seconds: number,
): Promise<Speed> {
  await using lab = await Lab.open();
  const { pids, up } = await withSession(await start(lab));
  const load = (flow: Flow, size: number, rate: number, share = 1) =>
    tryLoad({ flows: [flow], size, rate, seconds: seconds * share }, pids);
  await load(up, LARGE, 0, WARM_UP);
  const latency = await load(up, SMALL, 1_000);
  const large = await load(up, LARGE, 0);
  const small = await load(up, SMALL, 0);
  return {
    large: large.delivered * LARGE * 8 / 1e6,
    small: small.delivered,
    latency: latency.p50,
  };
}

function amount(value: number): string {
  return value < 100 ? value.toPrecision(2) : Math.round(value).toLocaleString("en");
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0] : String(error);
}
