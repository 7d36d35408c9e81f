/** Failures of a daemon on an in-memory path, and what its page says of them. */
import { loggedServerEvents } from "../../src/daemon/server_tunnel_log.ts";
import {
  CODE_PADI,
  CODE_PADS,
  TAG_AC_SYSTEM_ERROR,
  TAG_SERVICE_NAME,
} from "../../src/pppoe/constants.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { request, service, settle, uniq } from "../proxy/dial.ts";
import { AC, type Path } from "../proxy/path.ts";
import { takePackets } from "../proxy/segment.ts";
import type { WorldOptions } from "./daemon.ts";
import type { PageWorld } from "./page_world.ts";

const DAY = 86_400_000;
const REFUSED = 0x02_00_00_00_be_01;

/** What is shown of a failure, and how it begins and ends. */
export interface FailureState {
  readonly name: string;
  begin(world: PageWorld, options: WorldOptions): unknown;
  /** Undefined if it stays. */
  end?(world: PageWorld, options: WorldOptions): unknown;
  /** Texts of the page; all are gone when it is over. */
  readonly shown: readonly (string | RegExp)[];
}

/** A customer asks, and the AC refuses with its own words. */
async function refuse(path: Path): Promise<void> {
  await request(path, { customer: REFUSED });
  const padr = await path.ac.packet();
  const words = new TextEncoder().encode("too many sessions for this port");
  path.ac.send({ destination: padr.source, source: AC, code: CODE_PADS, sessionId: 0 }, [
    { type: TAG_SERVICE_NAME, value: new Uint8Array(0) },
    ...padr.list.filter(({ type }) => type === uniq().type),
    { type: TAG_AC_SYSTEM_ERROR, value: words },
  ]);
  await path.customers[0].packet();
}

/** Customers ask for an AC, and none answers. */
async function ask(path: Path): Promise<void> {
  for (let number = 0; number < 4; number++) {
    const head = { source: REFUSED + number, destination: BROADCAST, sessionId: 0 };
    path.customers[0].send({ ...head, code: CODE_PADI }, [service, uniq(number)]);
    await settle();
    path.advance(2_000);
  }
  takePackets(path.ac);
}

/** An AC offers a session, after PADIs that the daemon repeated. */
async function answer(path: Path): Promise<void> {
  await settle();
  takePackets(path.ac);
  await request(path, { customer: REFUSED + 9 });
  await path.ac.packet();
}

function setInterface({ path: { server: { link } }, daemon }: PageWorld, up: boolean): void {
  link.up = up;
  daemon.monitor.recent.interfaceState(up, "interface down");
}

const ADDRESS = "198.51.100.7:38976";
const LOST = { reason: "keepalive-timeout", by: "us", detail: "" } as const;

/** What a server notes of its clients. */
function serverEvents({ daemon }: PageWorld): ReturnType<typeof loggedServerEvents> {
  return loggedServerEvents(() => performance.now(), () => {}, daemon.monitor);
}

/** Each failure that a daemon on an in-memory path can have; the last ones stay. */
export const FAILURES: readonly FailureState[] = [
  {
    name: "interface down",
    begin: (world) => setInterface(world, false),
    end: (world) => setInterface(world, true),
    shown: [/^not ready$/, "1 critical", 'Interface "left" is down', "ip link set left up"],
  },
  {
    name: "certificate expiring",
    begin: (_, options) => options.certificate = { validTo: Date.now() + 5.5 * DAY },
    end: (_, options) => delete options.certificate,
    shown: ["1 warning", '"/server.crt" expires on', /^5 days$/, "certificate-expiring"],
  },
  {
    name: "certificate expired",
    begin: (_, options) => options.certificate = { validTo: Date.now() - DAY },
    end: (_, options) => delete options.certificate,
    shown: ["1 warning", '"/server.crt" expired on', /^expired$/],
  },
  {
    name: "clock wrong",
    begin: (_, options) => options.certificate = { validFrom: Date.now() + DAY },
    end: (_, options) => delete options.certificate,
    shown: ["1 warning", "clock-wrong", /^not yet$/, "Set the clock"],
  },
  {
    name: "disk failed",
    begin: (_, options) => options.trouble = 'Cannot write "/state/sessions.db": the disk is full',
    end: (_, options) => delete options.trouble,
    shown: ["1 warning", "the disk is full", "disk-failed"],
  },
  {
    name: "drain",
    begin: ({ daemon }) => daemon.drain(true),
    end: ({ daemon }) => daemon.drain(false),
    shown: [/^draining$/, "Draining: new sessions are refused. 2 sessions still open or held."],
  },
  {
    name: "AC silent",
    begin: ({ path }) => ask(path),
    end: ({ path }) => answer(path),
    shown: ["1 critical", "PADIs of 4 customers have had no offer"],
  },
  {
    name: "name in use",
    begin: (world) => serverEvents(world).nameInUse("branch-1", "203.0.113.7:9", ADDRESS),
    shown: ["1 warning", "203.0.113.7:9 tries to use the same name", "Give each client a name"],
  },
  {
    name: "AC refuses",
    begin: ({ path }) => refuse(path),
    shown: ["refuses customers, last 02:00:00:00:be:01", "too many sessions for this port"],
  },
  {
    name: "tunnel down",
    async begin(world) {
      const events = serverEvents(world);
      events.connected("branch-1", ADDRESS, "tls");
      await world.path.lose(0);
      events.disconnected("branch-1", ADDRESS, LOST, 2);
    },
    shown: ['The tunnel of "branch-1" is down', "2 held sessions end in", "tunnel lost"],
  },
];
