/**
 * A lab: interfaces, processes and files that exist until its end.
 *
 *     cust0 ══ lan0  [client proxy] ── 127.0.0.1 ── [server proxy]  wan0 ══ ac0
 *     cust1 ══ lan1  [client proxy] ──────┘
 *
 * Everything is in the one network namespace of this process; ══ are veth pairs.
 */
import { SystemError } from "../../ffi/errno.ts";
import { until } from "../until.ts";
import { type LabProcess, type ProcessOptions, startProcess } from "./process.ts";
import { addVeth, isOperational, removeInterface, setUp } from "./veth.ts";

/** Prevents tests from running outside a private namespace. */
export { insideLab } from "./namespace.ts";

/** A cable: a pair of veth interfaces, up, without IPv6. */
export interface Cable {
  readonly ends: readonly [string, string];
}

/** Interfaces, processes and files that are removed on disposal. */
export class Lab implements AsyncDisposable {
  /** A folder for this lab only. */
  readonly folder: string;
  /** The ends of all cables. */
  #ends: string[] = [];
  #stack = new AsyncDisposableStack();

  private constructor(folder: string) {
    this.folder = folder;
    this.#stack.defer(() => Deno.remove(folder, { recursive: true }));
  }

  /** Opens an empty lab. */
  static async open(): Promise<Lab> {
    setUp("lo", false);
    return new Lab(await Deno.makeTempDir({ prefix: "pppoe-lab-" }));
  }

  /** Connects two new interfaces; frames pass. MTU in bytes. */
  async cable(one: string, other: string, mtu = 1500): Promise<Cable> {
    addVeth(one, other, mtu);
    this.#stack.defer(() => removeCable(one, other));
    const ends = [one, other] as const;
    ends.forEach((end) => setUp(end));
    this.#ends.push(...ends);
    await this.operational();
    return { ends };
  }

  /** Resolves when frames pass all cables; the ends in other namespaces are not looked at. */
  async operational(): Promise<void> {
    const isReady = (end: string) => isOperational(end) ?? true;
    await until(() => this.#ends.every(isReady), () => `frames pass ${this.#ends}`);
  }

  /** Creates the cables of the usual topology: the customer's and the AC's. */
  async cables(mtu?: number): Promise<{ lan: Cable; wan: Cable }> {
    return {
      lan: await this.cable("cust0", "lan0", mtu),
      wan: await this.cable("wan0", "ac0", mtu),
    };
  }

  /** Starts a program that ends with the lab. */
  start(options: ProcessOptions): LabProcess {
    return this.use(startProcess(options));
  }

  /** Registers a part for disposal with the lab, in reverse order. */
  use<T extends AsyncDisposable>(part: T): T {
    return this.#stack.use(part);
  }

  /** Writes a file to the lab's folder; returns its absolute path. */
  async write(name: string, text: string, mode = 0o600): Promise<string> {
    const path = `${this.folder}/${name}`;
    await Deno.writeTextFile(path, text, { mode });
    return path;
  }

  /** Ends processes, and removes interfaces and files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Removes a cable; one end may be in another namespace or already gone. */
function removeCable(one: string, other: string): void {
  for (const end of [one, other]) {
    try {
      return removeInterface(end);
    } catch (error) {
      if (!(error instanceof SystemError && error.code === "ENODEV")) throw error;
    }
  }
}
