/**
 * `relay.ts ONE OTHER DELAY LOSS SEED`: carries IPv4 and ARP between two interfaces, each way DELAY
 * milliseconds later and without a share LOSS of the frames, until SIGTERM; what is under way then is
 * lost. From SIGUSR1 to SIGUSR2 it carries nothing: a black hole. In place of the kernel's netem, which is not on every machine.
 */
import type { Link } from "../../../ffi/link.ts";
import { openLink } from "../../../ffi/open_link.ts";
import { DelayLine } from "./delay_line.ts";
import { shortSleep } from "./short_sleep.ts";

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
/** Microseconds between looks at what is due: five per cent of the shortest delay of interest. */
const TICK = 250;

/** Nothing is carried. */
let dark = false;

/** Carries frames one way until the end that they come from is closed. */
async function carry(from: Link, to: Link, line: DelayLine): Promise<void> {
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
      if (!dark) line.push(bytes, offset, length, performance.now());
    },
    batchEnd() {
      if (ticking) return;
      ticking = true;
      tick();
    },
    state() {},
  });
}

async function main([one, other, delay, loss, seed]: string[]): Promise<void> {
  const [left, right] = [one, other].map((name) =>
    openLink({
      interface: name,
      promiscuous: true,
      etherTypes: [ETHERTYPE_IPV4, ETHERTYPE_ARP],
      ringFrames: 8_192,
      waitAside: true,
    })
  );
  const path = { delay: Number(delay), loss: Number(loss) };
  const lines = [0, 1].map((way) => new DelayLine({ ...path, seed: Number(seed) + way }));
  Deno.addSignalListener("SIGTERM", () => {
    left.close();
    right.close();
  });
  Deno.addSignalListener("SIGUSR1", () => dark = true);
  Deno.addSignalListener("SIGUSR2", () => dark = false);
  await print("relay up");
  await Promise.all([carry(left, right, lines[0]), carry(right, left, lines[1])]);
  for (const [link, { lost, overflow }] of [[left, lines[0]], [right, lines[1]]] as const) {
    const { receivedFrames, kernelDrops, truncated } = link.statistics;
    await print(JSON.stringify({ receivedFrames, kernelDrops, truncated, lost, overflow }));
  }
}

async function print(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  await main(Deno.args);
  Deno.exit(0);
}
