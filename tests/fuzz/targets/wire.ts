/** Frames on the wires of a complete path, from customers and ACs that follow no rules. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
} from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import type { HostUniqMode } from "../../../src/proxy/discovery/host_uniq.ts";
import { acName, cookie, service, sessionFrame, uniq } from "../../proxy/dial.ts";
import { LAN, WAN } from "../../proxy/path.ts";
import { discoveryFrame, PROTOCOL_WORDS, sessionFrame as sessionFrameOf } from "../generators.ts";
import type { Random } from "../random.ts";
import { type Draft, edited, type Palette, Script } from "../script.ts";
import { must, type Target } from "../target.ts";
import { type OpenSession, type Wire, WireWorld } from "../wire_world.ts";

const CUSTOMERS: readonly (readonly Mac[])[] = [
  [0x02_00_00_00_c1_01, 0x02_00_00_00_c1_02],
  [0x02_00_00_00_c2_01, 0x02_00_00_00_c2_02],
];
const ACS: readonly Mac[] = [0x02_00_00_00_a1_01, 0x02_00_00_00_a1_02];
const MODES: readonly HostUniqMode[] = ["rewrite", "preserve", { fixed: Uint8Array.of(1, 2) }];
/** Maximum number of steps per input. */
const MAX_STEPS = 24;

/** Each step begins with a wire, a session and an action: here a dial of the first customer. */
const DIAL = [1, 0, 5, 0, 0, 0];

function step(random: Random): number[] {
  const head = [random.below(3), random.below(4)];
  if (random.oneIn(4)) return DIAL;
  if (random.oneIn(6)) {
    const frame = random.oneIn(2) ? discoveryFrame(random) : sessionFrameOf(random);
    return [...head, 0, frame.length >> 8, frame.length & 0xff, ...frame];
  }
  return [...head, 1 + random.below(5), ...random.bytes(random.below(12))];
}

export const wire: Target = {
  name: "wire",
  text: false,
  maxLength: 600,
  dictionary: PROTOCOL_WORDS,
  generate(random) {
    const bytes = [random.below(6)];
    if (random.oneIn(2)) bytes.push(...DIAL);
    for (let left = 1 + random.below(8); left > 0; left--) bytes.push(...step(random));
    return Uint8Array.from(bytes);
  },
  async run(input) {
    const script = new Script(input);
    const mode = script.u8();
    const world = new WireWorld(mode % 2 === 0 ? "own" : "transparent", MODES[(mode >> 1) % 3]);
    try {
      for (let step = 0; step < MAX_STEPS && !script.done; step++) await act(script, world);
      world.mustBeBounded();
      await mustServe(world);
      const { server, clients } = world.path;
      return [server, ...clients].flatMap(({ drops, ends }) => [...Object.keys(drops), ...ends]);
    } finally {
      await world.path.close();
    }
  },
};

async function act(script: Script, world: WireWorld): Promise<void> {
  const entry = script.pick<Wire>(["ac", 0, 1]);
  const session = script.pick<OpenSession | undefined>([...world.sessions, undefined]);
  const actions = [
    () => world.put(entry, script.bytes(script.u16() % 1_515)),
    () => world.put(entry, edited(script, draft(script, entry), palette(world))),
    () => session && data(script, world, session),
    () => session && closing(script, world, session),
    () => world.pass(script.pick([1, 500, 5_001, 61_000])),
    () => {
      const [at, customer, ac] = [entry === 1 ? 1 : 0, script.u8() % 2, script.u8() % 2];
      return world.dial(at, CUSTOMERS[at][customer], ACS[ac], [uniq(script.u8() % 3)]);
    },
  ];
  await script.pick(actions)();
}

function palette(world: WireWorld): Palette {
  const macs = [...CUSTOMERS.flat(), ...ACS, WAN, LAN, BROADCAST, 0, 0x01_00_5e_00_00_01];
  return {
    macs,
    ids: world.sessions.flatMap(({ id, nearId }) => [id, nearId]),
    values: world.values,
  };
}

/** Returns a packet as sent by the wire's peers. */
function draft(script: Script, entry: Wire): Draft {
  const tags = [service, uniq(script.u8() % 8)];
  if (entry === "ac") {
    const code = script.pick([CODE_PADO, CODE_PADS]);
    const sessionId = code === CODE_PADS ? 1 + script.u8() % 32 : 0;
    tags.push(acName, cookie);
    return { code, destination: WAN, source: script.pick(ACS), sessionId, tags };
  }
  const code = script.pick([CODE_PADI, CODE_PADR]);
  const destination = code === CODE_PADI ? BROADCAST : LAN;
  return { code, destination, source: script.pick(CUSTOMERS[entry]), sessionId: 0, tags };
}

/** Sends a frame of a session, from either end, with a payload of any length. */
async function data(script: Script, world: WireWorld, session: OpenSession): Promise<void> {
  const { wire, near, customer, nearId, far, ac, id } = session;
  const up = script.u8() % 2 === 0;
  const payload = new Array(script.u16() % 1_495).fill(script.u8());
  const frame = up
    ? sessionFrame(near, customer, nearId, payload)
    : sessionFrame(far, ac, id, payload);
  for (let i = script.u8() % 3; i > 0; i--) frame[script.u16() % frame.length] = script.u8();
  await world.put(up ? wire : "ac", frame);
}

/**
 * Sends a discovery packet of a session, from either end: a PADT, or what the script turns it into.
 */
async function closing(script: Script, world: WireWorld, session: OpenSession): Promise<void> {
  const { wire, near, customer, nearId, far, ac, id } = session;
  const up = script.u8() % 2 === 0;
  const head = up
    ? { destination: near, source: customer, sessionId: nearId }
    : { destination: far, source: ac, sessionId: id };
  const packet = { ...head, code: CODE_PADT, tags: [service, uniq(1), cookie] };
  await world.put(up ? wire : "ac", edited(script, packet, palette(world)));
}

/** Checks that a new customer can still dial a new AC, unless the session limit is reached. */
async function mustServe(world: WireWorld): Promise<void> {
  const { path } = world;
  await world.pass(120_000);
  const refused = () =>
    [path.server, ...path.clients].map(({ drops }) => drops["session-limit"] ?? 0);
  const before = refused().join();
  const fresh = await world.dial(0, 0x02_00_00_00_fe_01, 0x02_00_00_00_fe_02, [uniq(0xfe)]);
  if (fresh === undefined) return must(refused().join() !== before, "a new customer cannot dial");
  must(await world.carries(fresh), "a new session carries nothing");
}
