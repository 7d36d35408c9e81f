import type { FrameSink, Link, LinkOptions } from "../../ffi/link/link.ts";
import { openLink } from "../../ffi/link/open_link.ts";
import { isOperational } from "../lab/veth.ts";
import { PATIENCE, until } from "../until.ts";

/** Whether this process may not create interfaces: the test runner gives it its own namespace. */
export const NO_LAB = Deno.env.get("PPPOE_TEST_LAB") !== "1";

/** Runs `ip` with these words; returns its output. */
export async function ip(words: string): Promise<string> {
  const output = await new Deno.Command("ip", { args: words.split(" ") }).output();
  const text = new TextDecoder();
  if (!output.success) throw new Error(`ip ${words}: ${text.decode(output.stderr)}`);
  return text.decode(output.stdout);
}

/** Sets both ends of a cable up; resolves when frames get through. */
export async function bringUp({ a, b }: { a: string; b: string }): Promise<void> {
  for (const end of [a, b]) await ip(`link set ${end} up`);
  await until(() => [a, b].every((end) => isOperational(end)));
}

/** A veth pair that is deleted at the end of the scope. */
export async function vethPair(name: string): Promise<AsyncDisposable & { a: string; b: string }> {
  const [a, b] = [`${name}a`, `${name}b`];
  await ip(`link add ${a} type veth peer name ${b}`);
  await bringUp({ a, b });
  return {
    a,
    b,
    async [Symbol.asyncDispose](): Promise<void> {
      await ip(`link del ${a}`).catch(() => "");
    },
  };
}

/** Opens a link for PPPoE's EtherTypes (RFC 2516 section 4). */
export function open(
  name: string,
  kind: "ring" | "plain" = "ring",
  options: Partial<LinkOptions> = {},
): Link {
  const etherTypes = [0x8863, 0x8864] as const;
  return openLink({ interface: name, promiscuous: false, etherTypes, kind, ...options });
}

/** Runs a link and collects the frames it receives. */
export class Gathering implements FrameSink {
  readonly frames: Uint8Array[] = [];
  readonly states: string[] = [];
  readonly running: Promise<void>;
  #link: Link;
  #changed: (() => void) | undefined;

  constructor(link: Link) {
    this.#link = link;
    this.running = link.run(this);
  }

  frame(bytes: Uint8Array, _view: DataView, offset: number, length: number): void {
    this.frames.push(bytes.slice(offset, offset + length));
  }

  batchEnd(): void {
    this.#changed?.();
  }

  state(up: boolean, reason: string): void {
    this.states.push(`${up ? "up" : "down"}: ${reason}`);
    this.#changed?.();
  }

  /**
   * Resolves when the condition holds; it is checked after each batch and state change. Rejects
   * after {@linkcode PATIENCE}.
   */
  async until(holds: () => boolean): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${this.frames.length} frames, states ${this.states}`)),
      PATIENCE,
    );
    try {
      while (!holds()) {
        await Promise.race([
          late.promise,
          new Promise<void>((resolve) => this.#changed = resolve),
        ]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the link and waits until it has released everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.close();
    await this.running;
  }
}

/** A frame with the given EtherType and size; `seed` determines its payload. */
export function testFrame(etherType: number, size: number, seed = size): Uint8Array {
  const frame = new Uint8Array(size);
  for (let i = 14; i < size; i++) frame[i] = i * 7 + seed;
  frame.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1]);
  new DataView(frame.buffer).setUint16(12, etherType);
  return frame;
}
