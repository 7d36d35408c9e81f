import { HOSTILE_CLIENTS, type HostileClient } from "./hostile_clients.ts";
import { OwnClient } from "./own_client.ts";
import { floodLcp, floodOffers, floodPadis, repeatPadr } from "./neighbours.ts";
import { captureClientHello, hold, shakeHands } from "./strangers.ts";

/** Where an attack is aimed. */
export interface Target {
  /** The tunnel's port on 127.0.0.1. */
  port: number;
  /** Interfaces on the honest customer's segment and on the AC's. */
  lan: string;
  wan: string;
  /** The interfaces to flood: the same two, or one without a listener. */
  floodLan: string;
  floodWan: string;
  /**
   * The folder with the configuration and the secret of `south`, a client that is not connected.
   */
  folder: string;
  milliseconds: number;
}

/** The allowed cost of an attack to an honest session and to the daemons. */
export interface Budget {
  /** Lost frames of the honest session. */
  lost: number;
  /**
   * Allowed increase of the 99th percentile of round trips, in milliseconds, over the same attack
   * when it misses or, if it cannot miss, over no attack.
   */
  added: number;
  /** Maximum round trip of a frame, in milliseconds. */
  longest: number;
  /** Additional descriptors of the attacked daemon. */
  descriptors: number;
  /** Additional resident memory, in bytes. */
  memory: number;
  /** Lines per second in its log. */
  lines: number;
}

/** An attack, and its allowed cost. */
export interface Attack {
  name: string;
  /** The daemon that receives the attacker's traffic first, and is measured. */
  daemon: "server" | "client";
  run(target: Target): Promise<unknown>;
  /**
   * Whether the attack can be aimed past the daemons, to measure the attacker's own use of the
   * machine.
   */
  canMiss: boolean;
  budget: Budget;
}

const MIB = 2 ** 20;
/** Default of `tunnel.admission.unauthenticated`, plus the daemon's own descriptors. */
const PLACES = 128 + 40;

const usual: Budget = {
  lost: 0,
  added: 5,
  longest: 50,
  descriptors: 4,
  memory: 32 * MIB,
  lines: 10,
};
const strangers: Budget = { ...usual, descriptors: PLACES };

/** All attacks, as listed in docs/threat-model.md. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "3,000 idle strangers from 100 addresses",
    daemon: "server",
    run: ({ port, milliseconds }) => hold(port, 3_000, milliseconds),
    canMiss: true,
    budget: strangers,
  },
  {
    name: "3,000 strangers whose ClientHello never ends",
    daemon: "server",
    run: async ({ port, milliseconds }) =>
      hold(port, 3_000, milliseconds, (await captureClientHello()).slice(0, -1)),
    canMiss: true,
    budget: strangers,
  },
  {
    name: "1,000 TLS handshakes per second from 100 addresses",
    daemon: "server",
    run: ({ port, milliseconds }) => shakeHands(port, 1_000, milliseconds),
    canMiss: true,
    budget: strangers,
  },
  {
    name: "10,000 PADIs per second from random addresses",
    daemon: "client",
    run: ({ floodLan, milliseconds }) => floodPadis(floodLan, 10_000, milliseconds),
    canMiss: true,
    budget: usual,
  },
  {
    name: "the same PADR 20,000 times per second",
    daemon: "client",
    run: ({ lan, floodLan, milliseconds }) => repeatPadr(lan, 20_000, milliseconds, floodLan),
    canMiss: true,
    budget: usual,
  },
  {
    name: "20,000 LCP packets per second in the attacker's own session",
    daemon: "client",
    run: ({ lan, floodLan, milliseconds }) => floodLcp(lan, 20_000, milliseconds, floodLan),
    canMiss: true,
    budget: usual,
  },
  {
    name: "5,000 PADOs and PADSs per second in answer to any PADI",
    daemon: "server",
    run: ({ lan, wan, floodWan, milliseconds }) =>
      Promise.all([
        floodPadis(lan, 5, milliseconds),
        floodOffers(wan, 5_000, milliseconds, floodWan),
      ]),
    canMiss: true,
    budget: usual,
  },
  ...HOSTILE_CLIENTS.map(byClient),
];

/** Delay before a disconnected client logs in again, in milliseconds. */
const AGAIN = 200;

/** A client that repeats the attack on one tunnel after another. */
function byClient({ name, run }: HostileClient): Attack {
  return {
    name: `a client: ${name}`,
    daemon: "server",
    async run({ folder, milliseconds }): Promise<void> {
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        using client = await OwnClient.logIn(folder, "south");
        await run(client);
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    },
    canMiss: false, // it must log in to a server
    budget: usual,
  };
}
