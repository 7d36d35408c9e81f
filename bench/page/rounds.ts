/**
 * Measures all paths in rounds. Every round starts each path again, in another order, so that
 * rounds are independent and a machine that slows down favours none.
 */
import { Lab } from "../../tests/lab/lab.ts";
import { layKernelBridge } from "../kernel_bridge.ts";
import { sumOf } from "../latency_histogram.ts";
import { thisMachine } from "../machine.ts";
import { layOpenVpn, openVpnVersion } from "../openvpn.ts";
import { type RunningPath, startDaemons, startReference } from "../paths.ts";
import { machineSeconds } from "../process_figures.ts";
import { measurePath } from "./measure_path.ts";
import { type PageResult, PATH_NAMES, type PathName, type PathRounds } from "./page_result.ts";

/** Rounds of an ordinary run, and of one whose figures become the baseline. */
export const ROUNDS = 7;
export const BASELINE_ROUNDS = 12;
/** The bridge and OpenVPN are not judged, so they take part in every third round only. */
const OTHERS_EVERY = 3;
/** Time for which other work is watched before a round, in seconds. */
const WATCHED = 0.2;

/** Configuration that lets the daemons pass on all PADIs of a crowd at once. */
const UNSHAPED = `
[limits]
padi_rate = 100000
padi_burst = 100000
`;

const LAY: Readonly<Record<PathName, (lab: Lab) => Promise<RunningPath>>> = {
  "pppoe-proxy": (lab) => startDaemons(lab, UNSHAPED),
  "kernel bridge": layKernelBridge,
  "OpenVPN": layOpenVpn,
  "plain forwarder": startReference,
};

/** Runs the rounds; `progress` is called before each measurement. */
export async function runRounds(
  rounds: number,
  progress: (line: string) => void,
): Promise<PageResult> {
  const start = performance.now();
  const paths = await describePaths();
  const otherWork: number[] = [];
  for (let round = 0; round < rounds; round++) {
    otherWork.push(await watchOtherWork());
    for (const name of pathsOf(round)) {
      if (paths[name].skipped !== undefined) continue;
      progress(`round ${round + 1} of ${rounds}: ${name}`);
      await visit(name, paths[name]);
    }
  }
  const seconds = (performance.now() - start) / 1_000;
  return { machine: thisMachine(), rounds, seconds, otherWork, paths };
}

/**
 * Returns the paths of a round: the two that are compared one right after the other, every other
 * time in reverse order, then the others.
 */
function pathsOf(round: number): PathName[] {
  const judged = PATH_NAMES.filter(isJudged);
  const others = PATH_NAMES.filter((name) => !isJudged(name) && round % OTHERS_EVERY === 0);
  return [...round % 2 === 0 ? judged : judged.toReversed(), ...others];
}

/** Whether a path's figures are compared with the baseline, or are what they are relative to. */
function isJudged(name: PathName): boolean {
  return name === "pppoe-proxy" || name === "plain forwarder";
}

async function describePaths(): Promise<Record<PathName, PathRounds>> {
  const of = (about: string): PathRounds => ({ about, samples: {}, latency: sumOf([]) });
  const version = await openVpnVersion();
  const openVpn = of(`OpenVPN ${version ?? ""}, TAP, TCP, AES-256-GCM, both ends bridged`);
  return {
    "pppoe-proxy": of("both daemons, TLS over TCP, AES-256-GCM"),
    "kernel bridge": of("two kernel bridges and a cable: no tunnel, no encryption"),
    "OpenVPN": version === undefined ? { ...openVpn, skipped: "not installed" } : openVpn,
    "plain forwarder": of("one system call per frame, plain TCP, no encryption"),
  };
}

/** Returns how many cores are busy while this process waits. */
async function watchOtherWork(): Promise<number> {
  const before = machineSeconds();
  await new Promise((resolve) => setTimeout(resolve, WATCHED * 1_000));
  return (machineSeconds() - before) / WATCHED;
}

/** Measures a path and adds the figures to its samples. */
async function visit(name: PathName, path: PathRounds): Promise<void> {
  await using lab = await Lab.open();
  let running;
  try {
    running = await LAY[name](lab);
  } catch (error) {
    if (isJudged(name) || !(error instanceof Error)) throw error;
    path.skipped = error.message.split("\n")[0];
    return;
  }
  const { figures, latency } = await measurePath(running);
  for (const [figure, value] of Object.entries(figures)) {
    (path.samples[figure] ??= []).push(value);
  }
  path.latency = sumOf([path.latency, latency]);
}
