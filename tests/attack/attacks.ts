import { HOSTILE_CLIENTS, type HostileClient } from "./hostile_clients.ts";
import { OwnClient } from "./own_client.ts";
import { floodLcp, floodOffers, floodPadis, repeatPadr } from "./neighbours.ts";
import { captureClientHello, hold, shakeHands } from "./strangers.ts";

/** Where an attacker stands. */
export interface Target {
  /** The tunnel's port on 127.0.0.1. */
  port: number;
  /** An interface on the honest customer's segment, and one on the AC's. */
  lan: string;
  wan: string;
  /** The interfaces that floods go to: the same two, or one that nobody listens to. */
  floodLan: string;
  floodWan: string;
  /** Where the configuration and the secret of a client are that is not connected, `south`. */
  folder: string;
  milliseconds: number;
}

/** What an attack may cost an honest session and the daemons. */
export interface Budget {
  /** Frames of the honest session. */
  lost: number;
  /**
   * What the slowest hundredth may take longer than beside the same attack that misses, or where it
   * cannot miss than without it. Milliseconds.
   */
  added: number;
  /** The longest that a frame may take. Milliseconds. */
  longest: number;
  /** What the attacked daemon may hold more than at rest. */
  descriptors: number;
  /** Bytes of resident memory. */
  memory: number;
  /** Lines a second of its log. */
  lines: number;
}

/** One attack, and what it may cost. */
export interface Attack {
  name: string;
  /** Who does it: the daemon that is looked at is the one that hears the attacker first. */
  daemon: "server" | "client";
  run(target: Target): Promise<unknown>;
  /** Whether the attack can be aimed past the daemons, to see what it takes from the machine. */
  canMiss: boolean;
  budget: Budget;
}

const MIB = 2 ** 20;
/** Default of `tunnel.admission.unauthenticated`, and what the daemon may need beside. */
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

/** All attacks, as docs/threat-model.md lists them. */
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
    name: "1,000 TLS handshakes a second from 100 addresses",
    daemon: "server",
    run: ({ port, milliseconds }) => shakeHands(port, 1_000, milliseconds),
    canMiss: true,
    budget: strangers,
  },
  {
    name: "10,000 PADIs a second from addresses made up",
    daemon: "client",
    run: ({ floodLan, milliseconds }) => floodPadis(floodLan, 10_000, milliseconds),
    canMiss: true,
    budget: usual,
  },
  {
    name: "one PADR 20,000 times a second",
    daemon: "client",
    run: ({ lan, floodLan, milliseconds }) => repeatPadr(lan, 20_000, milliseconds, floodLan),
    canMiss: true,
    budget: usual,
  },
  {
    name: "20,000 LCP packets a second in a session of one's own",
    daemon: "client",
    run: ({ lan, floodLan, milliseconds }) => floodLcp(lan, 20_000, milliseconds, floodLan),
    canMiss: true,
    budget: usual,
  },
  {
    name: "5,000 PADOs and PADSs a second to whoever asks",
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

/** Milliseconds until a client that was hung up on logs in again. */
const AGAIN = 200;

/** A client that does the same on tunnel after tunnel. */
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
    canMiss: false, // it has to log in somewhere
    budget: usual,
  };
}
