/**
 * `relay.ts ONE OTHER SEED KIND CONDITIONS`: forwards frames of a {@linkcode Kind} between two
 * interfaces until SIGTERM, under {@linkcode Conditions} as JSON; frames in flight at the end are lost. A line on stdin sets
 * its {@linkcode Mood}, or changes conditions. Used instead of the kernel's netem, which is not
 * available on every machine.
 */
import type { Link } from "../../../ffi/link/link.ts";
import { openLink } from "../../../ffi/link/open_link.ts";
import { DelayLine, type PathOptions, seededRandom } from "./delay_line.ts";
import { meddle, type Mood, MOODS } from "./mood.ts";
import { shortSleep } from "./short_sleep.ts";

/** EtherTypes by what the relay carries. */
const ETHERTYPES = { ip: [0x0800, 0x0806], pppoe: [0x8863, 0x8864] } as const;
/** "ip": IPv4 and ARP. "pppoe": discovery and session frames. */
export type Kind = keyof typeof ETHERTYPES;

/**
 * Interval between checks of what is due, in microseconds: five per cent of the shortest useful
 * delay.
 */
const TICK = 250;

/** Conditions of both directions, and then of one: `there` is from ONE to OTHER. */
export interface Conditions extends Partial<PathOptions> {
  there?: Partial<PathOptions>;
  back?: Partial<PathOptions>;
}

const DEFAULTS: PathOptions = { delay: 0, loss: 0 };

let mood: Mood = "clear";

/** Forwards frames in one direction until their source is closed. */
async function carry(from: Link, to: Link, line: DelayLine, random: () => number): Promise<void> {
  const ways = {
    on: (frame: Uint8Array) => line.push(frame, 0, frame.length, performance.now()),
    back: (frame: Uint8Array) => from.send(frame),
  };
  let ticking = false;
  const tick = async (): Promise<void> => {
    while (line.size > 0) {
      await shortSleep(TICK);
      line.drain(performance.now(), (frame) => to.send(frame));
    }
    ticking = false;
  };
  await from.run({
    frame(bytes, _view, offset, length): void {
      if (mood === "clear") line.push(bytes, offset, length, performance.now());
      else meddle(mood, bytes.slice(offset, offset + length), random, ways);
    },
    batchEnd() {
      if (ticking) return;
      ticking = true;
      tick();
    },
    state() {},
  });
}

async function main([one, other, seed, kind, conditions]: string[]): Promise<void> {
  const [left, right] = [one, other].map((name) =>
    openLink({
      interface: name,
      promiscuous: true,
      etherTypes: [...ETHERTYPES[kind as Kind]],
      ringFrames: 8_192,
      waitAside: true,
    })
  );
  const lines = [0, 1].map((way) => new DelayLine({ ...DEFAULTS, seed: Number(seed) + way }));
  change(lines, conditions);
  Deno.addSignalListener("SIGTERM", () => {
    left.close();
    right.close();
  });
  const random = seededRandom(Number(seed));
  await print("relay up");
  obey(lines);
  await Promise.all([carry(left, right, lines[0], random), carry(right, left, lines[1], random)]);
  for (const [link, line] of [[left, lines[0]], [right, lines[1]]] as const) {
    const { receivedFrames, kernelDrops, truncated } = link.statistics;
    const { lost, overflow, queueDropped, tooLong } = line;
    const drops = { kernelDrops, truncated, lost, overflow, queueDropped, tooLong };
    await print(JSON.stringify({ receivedFrames, ...drops }));
  }
}

/** Changes conditions, given as JSON. */
function change([one, other]: readonly DelayLine[], json: string): void {
  const { there, back, ...both }: Conditions = JSON.parse(json);
  one.change({ ...both, ...there });
  other.change({ ...both, ...back });
}

/** Sets the mood or the conditions in each line of stdin, and confirms it. */
async function obey(paths: readonly DelayLine[]): Promise<void> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("{")) {
        change(paths, line);
        await print(`changed ${line}`);
        continue;
      }
      mood = MOODS.find((name) => name === line) ?? mood;
      await print(`mood ${mood}`);
    }
  }
}

async function print(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  await main(Deno.args);
  Deno.exit(0);
}
