import { median } from "../../bench/figures.ts";
import { Lab } from "../lab/lab.ts";
import type { LabProcess } from "../lab/process.ts";
import { freePort, type ProxyPair, startProxyPair } from "../lab/proxy_pair.ts";
import type { Attack, Target } from "./attacks.ts";
import { cpuTime, type Footprint, footprint, watchFootprint } from "./footprint.ts";
import type { Noticed } from "./probe.ts";

/**
 * So many times in turn the honest session is looked at alone, beside an attack that misses, and
 * beside one that hits: what else the machine does disturbs all three alike.
 */
const ROUNDS = 5;
/** How long each is looked at. Milliseconds. */
const CALM = 1_000;
const ATTACK = 1_500;
/** What an attack has left behind goes meanwhile. Milliseconds. */
const REST = 300;

/** What the honest session and the daemon noticed in one part of all rounds. */
export interface Part {
  sent: number;
  lost: number;
  /** Of the rounds' figures the middle one. Milliseconds. */
  p99: number;
  /** The longest in any round. Milliseconds. */
  longest: number;
  /** CPU of the daemon, as a part of one core. */
  cpu: number;
}

/** What an attack cost. */
export interface Cost {
  calm: Part;
  /** Beside an attack that reaches no daemon: what the attacker takes from the machine. */
  missed: Part | undefined;
  attacked: Part;
  /** What the daemon held at rest, and at most. */
  rest: Footprint;
  most: Footprint;
  /** Lines a second of the daemon's log. */
  lines: number;
}

/** Two daemons that carry an honest session, and room for an attacker. */
export class Field implements AsyncDisposable {
  #lab: Lab;
  #pair: ProxyPair;
  #probe: LabProcess;
  #port: number;

  private constructor(lab: Lab, pair: ProxyPair, probe: LabProcess, port: number) {
    [this.#lab, this.#pair, this.#probe, this.#port] = [lab, pair, probe, port];
  }

  /** The attackers' interfaces stand on the same cables as the honest ones. */
  static async open(): Promise<Field> {
    const lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    await lab.cable("void0", "void1");
    const pair = await startProxyPair(lab, { clients: { north: "lan0", south: "lan1" } });
    await pair.clients.get("south")?.stop(); // its place is the attacker's
    const config = await Deno.readTextFile(`${lab.folder}/server.toml`);
    const port = Number(/listen = ".*:(\d+)"/.exec(config)?.[1]);
    await startScript(lab, "ac", ["ac0"]).waitForLine(/serving/, { timeout: 20_000 });
    const probe = startScript(lab, "probe", ["cust0", "ac0"]);
    await probe.waitForLine(/dialled/, { timeout: 20_000 });
    return new Field(lab, pair, probe, port);
  }

  /** Attacks, and looks at the honest session and the daemon meanwhile. */
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

  /** Starts the attacker, which waits for its command. */
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
    await attacker.waitForLine(/armed/, { timeout: 20_000 });
    return attacker;
  }

  get #client(): LabProcess {
    const client = this.#pair.clients.get("north");
    if (client === undefined) throw new TypeError("The honest client is not there");
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
    const line = await this.#probe.waitForLine(/^\{/, { since, timeout: 20_000 });
    return { ...JSON.parse(line) as Noticed, cpu: load };
  }
}

interface Round extends Noticed {
  cpu: number;
}

/** One part of all rounds. */
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
  await attacker.waitForLine(/over/, { since, timeout: ATTACK + 20_000 });
}

/** The scheduler's lowest class: an attacker elsewhere would take no time from these daemons. */
const IDLE = ["chrt", "--idle", "0"];

/** Starts a script of this folder, by a program that starts others where one is given. */
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
