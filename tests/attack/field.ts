import { Lab } from "../lab/lab.ts";
import type { LabProcess } from "../lab/process.ts";
import { type ProxyPair, startProxyPair } from "../lab/proxy_pair.ts";
import type { Attack, Target } from "./attacks.ts";
import { type Footprint, footprint, watchFootprint } from "./footprint.ts";
import type { Noticed } from "./probe.ts";

/** How long one is attacked, and how long the honest session is looked at before. Milliseconds. */
const DURATION = 5_000;
const REST = 2_000;

/** What an attack cost. */
export interface Cost {
  calm: Noticed;
  attacked: Noticed;
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
    const calm = await this.#notice(() => pause(REST));
    const rest = await footprint(daemon.pid);
    const watch = watchFootprint(daemon.pid);
    const lines = daemon.output.length;
    const attacked = await this.#notice(async () => {
      const target: Target = {
        port: this.#port,
        lan: "cust0",
        wan: "ac0",
        folder: this.#lab.folder,
        milliseconds: DURATION,
      };
      const attacker = startScript(this.#lab, "attacker", [attack.name, JSON.stringify(target)]);
      const { success } = await attacker.status;
      if (!success) throw new Error(`The attack failed: ${attacker.output.entries.join("\n")}`);
    });
    const written = (daemon.output.length - lines) / (DURATION / 1_000);
    return { calm, attacked, rest, most: await watch.stop(), lines: written };
  }

  get #client(): LabProcess {
    const client = this.#pair.clients.get("north");
    if (client === undefined) throw new TypeError("The honest client is not there");
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
  }

  async #notice(during: () => Promise<void>): Promise<Noticed> {
    const since = this.#probe.output.length;
    await this.#probe.say("start");
    await during();
    await this.#probe.say("stop");
    const line = await this.#probe.waitForLine(/^\{/, { since, timeout: 20_000 });
    return JSON.parse(line) as Noticed;
  }
}

/** Starts a script of this folder. */
export function startScript(lab: Lab, name: string, args: readonly string[]): LabProcess {
  const script = new URL(`${name}.ts`, import.meta.url).pathname;
  return lab.start({
    name,
    program: Deno.execPath(),
    args: ["run", "-A", "--unstable-net", "--cached-only", script, ...args],
    stdin: "piped",
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
