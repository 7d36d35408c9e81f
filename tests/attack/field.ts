import { median } from "../../bench/figures.ts";
import { Lab } from "../lab/lab.ts";
import type { LabProcess } from "../lab/process.ts";
import { freePort } from "../free_port.ts";
import { type ProxyPair, startProxyPair } from "../lab/proxy_pair.ts";
import type { Attack, Target } from "./attacks.ts";
import { cpuTime, type Footprint, footprint, watchFootprint } from "./footprint.ts";
import type { Noticed } from "./probe.ts";

/**
 * Number of rounds. In each, the honest session is measured alone, during an attack that misses,
 * and during one that hits, so that other load on the machine affects all three equally.
 */
const ROUNDS = 5;
/** Duration of each measurement, in milliseconds. */
const CALM = 1_000;
const ATTACK = 1_500;
/** Pause after an attack, in milliseconds, in which its effects end. */
const REST = 300;

/** The effects on the honest session and the daemon in one part of all rounds. */
export interface Part {
  sent: number;
  lost: number;
  /** Median of the rounds, in milliseconds. */
  p99: number;
  /** Maximum over all rounds, in milliseconds. */
  longest: number;
  /** CPU use of the daemon, as a share of one core. */
  cpu: number;
}

/** The cost of an attack. */
export interface Cost {
  calm: Part;
  /** During an attack that reaches no daemon: the attacker's own use of the machine. */
  missed: Part | undefined;
  attacked: Part;
  /** Resources of the daemon at rest, and the maximum. */
  rest: Footprint;
  most: Footprint;
  /** Lines per second in the daemon's log. */
  lines: number;
}

/** Two daemons that carry an honest session, with interfaces for an attacker. */
export class Field implements AsyncDisposable {
  #lab: Lab;
  #pair: ProxyPair;
  #probe: LabProcess;
  #port: number;

  private constructor(lab: Lab, pair: ProxyPair, probe: LabProcess, port: number) {
    [this.#lab, this.#pair, this.#probe, this.#port] = [lab, pair, probe, port];
  }

  /** Opens a field; the attacker's interfaces are on the same cables as the honest ones. */
  static async open(): Promise<Field> {
    const lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    await lab.cable("void0", "void1");
    const pair = await startProxyPair(lab, { clients: { north: "lan0", south: "lan1" } });
    await pair.clients.get("south")?.stop(); // the attacker takes its place
    const config = await Deno.readTextFile(`${lab.folder}/server.toml`);
    const port = Number(/listen = ".*:(\d+)"/.exec(config)?.[1]);
    await startScript(lab, "ac", ["ac0"]).waitForLine(/serving/);
    const probe = startScript(lab, "probe", ["cust0", "ac0"]);
    await probe.waitForLine(/dialled/);
    return new Field(lab, pair, probe, port);
  }

  /** Runs an attack and measures the honest session and the daemon. */
  async suffer(attack: Attack): Promise<Cost> {
    const daemon = attack.daemon === "server" ? this.#pair.server : this.#client;
    const attacker = await this.#arm(attack);
    const rounds = { calm: new Rounds(), missed: new Rounds(), attacked: new Rounds() };
    const rest = await footprint(daemon.pid);
    const watch = watchFootprint(daemon.pid);
    let lines = 0;
    for (let round = 0; round < ROUNDS; round++) {
      rounds.calm.add(await this.#notice(daemon, () => pause(CALM)));
      for (const aim of attack.canMiss ? ["missed", "attacked"] as const : ["attacked"] as const) {
        const before = daemon.output.length;
        rounds[aim].add(await this.#notice(daemon, () => attackOnce(attacker, aim)));
        if (aim === "attacked") lines += daemon.output.length - before;
        await pause(REST);
      }
    }
    const most = await watch.stop();
    await attacker.stop();
    return {
      calm: rounds.calm.sum(),
      missed: attack.canMiss ? rounds.missed.sum() : undefined,
      attacked: rounds.attacked.sum(),
      rest,
      most,
      lines: lines / (ROUNDS * ATTACK / 1_000),
    };
  }

  /** Starts the attacker, which then waits for commands. */
  async #arm({ name }: Attack): Promise<LabProcess> {
    const attacked: Target = {
      port: this.#port,
      lan: "cust0",
      wan: "ac0",
      floodLan: "cust0",
      floodWan: "ac0",
      folder: this.#lab.folder,
      milliseconds: ATTACK,
    };
    const missed: Target = { ...attacked, port: freePort(), floodLan: "void0", floodWan: "void0" };
    const args = [name, JSON.stringify({ attacked, missed })];
    const attacker = startScript(this.#lab, "attacker", args, IDLE);
    await attacker.waitForLine(/armed/);
    return attacker;
  }

  get #client(): LabProcess {
    const client = this.#pair.clients.get("north");
    if (client === undefined) throw new TypeError("The honest client is missing");
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
  }

  async #notice(daemon: LabProcess, during: () => Promise<unknown>): Promise<Round> {
    const since = this.#probe.output.length;
    await this.#probe.say("start");
    const [from, cpu] = [performance.now(), await cpuTime(daemon.pid)];
    await during();
    const load = (await cpuTime(daemon.pid) - cpu) / (performance.now() - from) * 1_000;
    await this.#probe.say("stop");
    const line = await this.#probe.waitForLine(/^\{/, { since });
    return { ...JSON.parse(line) as Noticed, cpu: load };
  }
}

interface Round extends Noticed {
  cpu: number;
}

/** Collects one part of all rounds. */
class Rounds {
  #all: Round[] = [];

  add(round: Round): void {
    this.#all.push(round);
  }

  sum(): Part {
    const all = (of: (round: Round) => number): number[] => this.#all.map(of);
    const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
    return {
      sent: sum(all(({ sent }) => sent)),
      lost: sum(all(({ lost }) => lost)),
      p99: median(all(({ p99 }) => p99)),
      longest: Math.max(...all(({ longest }) => longest)),
      cpu: median(all(({ cpu }) => cpu)),
    };
  }
}

async function attackOnce(attacker: LabProcess, aim: "missed" | "attacked"): Promise<void> {
  const since = attacker.output.length;
  await attacker.say(aim);
  await attacker.waitForLine(/over/, { since });
}

/**
 * Runs the attacker in the scheduler's lowest class, since a remote one would use no CPU of these
 * daemons.
 */
const IDLE = ["chrt", "--idle", "0"];

/** Starts a script of this folder, optionally through another program. */
export function startScript(
  lab: Lab,
  name: string,
  args: readonly string[],
  starter: readonly string[] = [],
): LabProcess {
  const script = new URL(`${name}.ts`, import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "-A", "--unstable-net", "--cached-only", script, ...args];
  const [program, ...rest] = [...starter, ...deno];
  return lab.start({ name, program, args: rest, stdin: "piped" });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
