/** Records of an authenticated client on its tunnel, next to an honest client. */
import { CODE_PADI, CODE_PADR, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import type { HostUniqMode } from "../../../src/proxy/discovery/host_uniq.ts";
import { KIND_CONTROL, KIND_DISCOVERY, KIND_SESSION } from "../../../src/tunnel/record/record.ts";
import { service, uniq } from "../../proxy/dial.ts";
import { AC, CUSTOMER, WAN } from "../../proxy/path.ts";
import { record } from "../../proxy/raw_client.ts";
import { PROTOCOL_WORDS } from "../generators.ts";
import type { Random } from "../random.ts";
import { type Draft, edited, type Palette, Script } from "../script.ts";
import type { Target } from "../target.ts";
import { TunnelWorld, VICTIM_ID } from "../tunnel_world.ts";
import { RECORD_WORDS, recordStream } from "./records.ts";

const OWN: readonly Mac[] = [0x02_00_00_00_e0_01, 0x02_00_00_00_e0_02];
const ACS: readonly Mac[] = [AC, 0x02_00_00_00_00_a2];
/** Source addresses of requests: mostly the client's own. */
const SOURCES: readonly Mac[] = [...OWN, ...OWN, CUSTOMER, AC];
const MODES: readonly HostUniqMode[] = ["rewrite", "preserve", { fixed: Uint8Array.of(1, 2) }];
const MAX_STEPS = 24;

/** Each step begins with an action: here a PADI, its answer, a PADR, and its answer. */
const DIAL = [1, 0, 0, 0, 0, 0, 0, 6, 0, 1, 1, 0, 0, 0, 0, 0, 0, 6, 0];

function step(random: Random): number[] {
  if (random.oneIn(4)) return DIAL;
  if (random.oneIn(4)) {
    const bytes = recordStream(random);
    return [0, bytes.length >> 8, bytes.length & 0xff, ...bytes];
  }
  return [1 + random.below(9), ...random.bytes(random.below(14))];
}

export const tunnel: Target = {
  name: "tunnel",
  text: false,
  maxLength: 600,
  dictionary: [...PROTOCOL_WORDS, ...RECORD_WORDS],
  generate(random) {
    const bytes = [random.below(6), random.below(256)];
    for (let left = 1 + random.below(8); left > 0; left--) bytes.push(...step(random));
    return Uint8Array.from(bytes);
  },
  async run(input) {
    const script = new Script(input);
    const mode = script.u8();
    const piece = 1 + script.u8() * 3;
    const world = await TunnelWorld.open(
      mode % 2 === 0 ? "own" : "transparent",
      MODES[(mode >> 1) % 3],
    );
    try {
      for (let n = 0; n < MAX_STEPS && !script.done; n++) await act(script, world, piece);
      await world.mustCarryVictim();
      world.mustBeBounded();
      const { drops, ends } = world.path.server;
      const open = world.path.server.proxy.sessions.table.size;
      return [
        `${open} open`,
        ...Object.keys(drops),
        ...ends,
        ...world.ends.map(({ reason }) => `end ${reason}`),
      ];
    } finally {
      await world.path.close();
    }
  },
};

async function act(script: Script, world: TunnelWorld, piece: number): Promise<void> {
  const say = (bytes: Uint8Array) => world.say(bytes, piece);
  const handle = () => script.pick([1, 0, 2, 3, 0xffff, 0x8000]);
  const actions = [
    () => say(script.bytes(script.u16() % 2_000)),
    () => say(record(KIND_DISCOVERY, 0, edited(script, request(script), palette(world)))),
    () => say(record(KIND_DISCOVERY, handle(), edited(script, goodbye(), palette(world)))),
    () => {
      const payload = new Uint8Array(script.u16() & 0x3fff).fill(script.u8());
      return say(record(KIND_SESSION, handle(), payload));
    },
    () => say(record(KIND_CONTROL, script.u8() % 12, script.bytes(script.u8()))),
    () => say(record(script.u8() % 4, handle(), script.bytes(script.u8()), script.u16())),
    () => world.answer(script.pick(ACS)),
    () => world.toSession(script.u8(), script.u8() % 4 === 3),
    () => world.pass(script.pick([1, 500, 5_001, 61_000])),
    () => {
      const { victim } = world;
      return world.reconnect(script.pick([[], null, victim === undefined ? [] : [victim, victim]]));
    },
  ];
  await script.pick(actions)();
}

function palette(world: TunnelWorld): Palette {
  const macs = [...OWN, ...ACS, CUSTOMER, WAN, BROADCAST, 0, 0x01_00_5e_00_00_01];
  return { macs, ids: [VICTIM_ID, 0x100, 0x101], values: world.values };
}

function request(script: Script): Draft {
  const code = script.pick([CODE_PADI, CODE_PADR]);
  const [source, unique] = [script.pick(SOURCES), script.u8() % 8];
  const destination = code === CODE_PADI ? BROADCAST : script.pick(ACS);
  // One of them is the victim's Host-Uniq.
  const tags = [service, unique === 2 ? uniq(7, 0, 255) : uniq(unique)];
  return { code, destination, source, sessionId: 0, tags };
}

/** A PADT with tags that must not reach the other side. */
function goodbye(): Draft {
  return {
    code: CODE_PADT,
    destination: AC,
    source: OWN[0],
    sessionId: 0x100,
    tags: [service, uniq(1)],
  };
}
