/** Actions of customers and AC. */
import { between, ending, type Faults } from "./fault.ts";
import { BRANCHES, KEEPALIVE, type Line } from "./line.ts";

function hangUp({ customers, random }: Line, count: number): void {
  for (let i = 0; i < count; i++) customers.hangUp(customers.any(random()));
}

/** Restarts a host, which has lost its sessions and dials again; the AC ends the dead sessions. */
async function restartHost({ customers, random }: Line): Promise<void> {
  const host = Math.floor(random() * BRANCHES.length);
  await customers.carry(); // shows the owner of each of the AC's sessions
  const dead = customers.acIdsOf(host);
  const lost = await customers.restart(host);
  await customers.fill(customers.size + lost);
  for (const id of dead) customers.ac.terminate(id);
}

export const PEER_FAULTS: Faults = {
  "customers hang up": ending((line) => {
    hangUp(line, line.customers.size / 10);
    return Promise.resolve();
  }),
  "the AC hangs up": ending(({ customers: { ac }, random }) => {
    for (const id of [...ac.sessions.keys()]) if (random() < 0.1) ac.terminate(id);
    return Promise.resolve();
  }),
  "hanging up in a black hole": ending(async (line) => {
    await line.path.turn("dark");
    hangUp(line, line.customers.size / 20);
    // Longer than the keepalive: the two ends agree on the next tunnel.
    await between(line, KEEPALIVE.timeout + 1_000, KEEPALIVE.timeout + 3_000);
    await line.path.turn("clear");
  }),
  "the AC restarts": ending(({ customers }) => Promise.resolve(customers.restartAc())),
  "customers restart": ending(restartHost),
};
