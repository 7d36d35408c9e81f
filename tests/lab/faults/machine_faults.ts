/** Faults of the machines that the daemons run on. */
import { type LabProcess, runCommand } from "../process.ts";
import type { IpPath } from "../relay/ip_path.ts";
import { anyBranch, between, ending, type Faults, kept, pause } from "./fault.ts";
import { BRANCHES, type Line } from "./line.ts";

const HOUR = 3_600;

async function ip(enter: IpPath["near"], ...args: string[]): Promise<void> {
  const [program, rest] = enter("ip", args);
  await runCommand(program, ...rest);
}

async function downAndUp(enter: IpPath["near"], name: string): Promise<void> {
  for (const state of ["down", "up"]) {
    await ip(enter, "link", "set", name, state);
    await pause(500);
  }
}

/**
 * Changes the interface's address, as a new network card does; resolves when the daemon has
 * noticed.
 */
async function changeMac(
  { random }: Line,
  daemon: LabProcess | undefined,
  enter: IpPath["near"],
  name: string,
): Promise<void> {
  const since = daemon?.output.length ?? 0;
  const tail = Math.floor(random() * 0x10000).toString(16).padStart(4, "0");
  const mac = `02:00:5e:77:${tail.slice(0, 2)}:${tail.slice(2)}`;
  await ip(enter, "link", "set", name, "address", mac);
  await daemon?.waitForLine(/interface address changed/, { since });
}

async function changeLanMac(line: Line): Promise<void> {
  const branch = anyBranch(line);
  await changeMac(line, line.clients.get(branch), line.path.near, lanOf(branch));
}

async function changeWanMac(line: Line): Promise<void> {
  await changeMac(line, line.daemons.server, line.path.far, "wan0");
}

function lanOf(branch: string): string {
  return BRANCHES.find(({ name }) => name === branch)?.lan ?? "lan0";
}

/** Fills the file system of a daemon's state to the last byte; returns the path of the filler. */
export async function fillDisk({ lab }: Line, name: string): Promise<string> {
  const path = `${lab.folder}/${name}.state/ballast`;
  using file = await Deno.open(path, { write: true, create: true });
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
    const block = new Uint8Array(size);
    try {
      for (;;) await file.write(block);
    } catch {
      // Full for blocks of this size.
    }
  }
  return path;
}

const CANNOT_WRITE = /state write failed/;

/**
 * Customers connect and leave while nothing can be written. Ends when everything is written again:
 * until then, a killed daemon loses the sessions opened in that time.
 */
async function fullDisks(line: Line): Promise<void> {
  const { customers, random, clients, daemons: { server } } = line;
  const names = ["server", ...BRANCHES.map(({ name }) => name)];
  const daemons = [server, ...clients.values()].map((daemon) => ({
    daemon,
    since: daemon.output.length,
  }));
  const ballast = await Promise.all(names.map((name) => fillDisk(line, name)));
  const before = customers.size;
  for (let i = 0; i < before / 10; i++) customers.hangUp(customers.any(random()));
  await pause(300);
  await customers.fill(before);
  for (const path of ballast) await Deno.remove(path);
  for (const { daemon, since } of daemons) {
    const isFailing = daemon.output.entries.slice(since).some((text) => CANNOT_WRITE.test(text));
    if (isFailing) await daemon.waitForLine(/state write recovered/, { since });
  }
}

/** Sessions end when the interface's address changes, because their hosts know the old one. */
export const MACHINE_FAULTS: Faults = {
  "customers' interface down": kept((line) => downAndUp(line.path.near, lanOf(anyBranch(line)))),
  "AC's interface down": kept(({ path }) => downAndUp(path.far, "wan0")),
  "LAN's interface changes its MAC": ending(changeLanMac),
  "AC's interface changes its MAC": ending(changeWanMac),
  "disks full": ending(fullDisks),
  "clock jumps": kept(async (line) => {
    const { clock, random } = line;
    for (let turn = 0; turn < 2; turn++) {
      clock.set((random() - 0.5) * HOUR);
      await between(line, 1_000, 3_000);
    }
  }),
};
