/**
 * Claims of a reconnecting client about its sessions, to servers that kept them and that lost them.
 */
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import { proofTag } from "../../../src/proxy/session/session_proof.ts";
import {
  ControlType,
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
} from "../../../src/tunnel/record/record.ts";
import { encodeSessionList, type ListedSession } from "../../../src/tunnel/session_list.ts";
import { service } from "../../proxy/dial.ts";
import { AC, CUSTOMER, LAN, WAN } from "../../proxy/path.ts";
import type { Random } from "../random.ts";
import { ResumeWorld } from "../resume_world.ts";
import { Script } from "../script.ts";
import type { Target } from "../target.ts";

const MAX_STEPS = 24;
const OWN: readonly Mac[] = [0x02_00_00_00_e0_01, 0x02_00_00_00_e0_02];
const MACS: readonly Mac[] = [
  AC,
  WAN,
  LAN,
  CUSTOMER,
  BROADCAST,
  0,
  0x01_80_c2_00_00_00,
  0x02_00_00_00_00_77,
  ...OWN,
];
const KINDS = [KIND_CONTROL, KIND_CONTROL, KIND_DISCOVERY, KIND_SESSION];

/**
 * Each step begins with an action: a dial, a restart, the list with the session, its end with the
 * proof.
 */
const FORGOTTEN = [0, 0, 0, 4, 1, 1, 1, 0, 0, 0, 3, 0, 0, 0];

function step(random: Random): number[] {
  if (random.oneIn(4)) return FORGOTTEN;
  return [random.below(10), ...random.bytes(random.below(14))];
}

export const resume: Target = {
  name: "resume",
  text: false,
  maxLength: 400,
  dictionary: [Uint8Array.from(FORGOTTEN), Uint8Array.of(0, 0, 0), Uint8Array.of(4, 0)],
  generate(random) {
    const bytes = [random.below(2)];
    for (let left = 1 + random.below(10); left > 0; left--) bytes.push(...step(random));
    return Uint8Array.from(bytes);
  },
  async run(input) {
    const script = new Script(input);
    const world = await ResumeWorld.open(script.u8() % 2 === 0 ? "own" : "transparent");
    try {
      for (let n = 0; n < MAX_STEPS && !script.done; n++) await act(script, world);
      await world.mustBeWell();
      const { drops, ends, resumed } = world.path.server;
      const said = resumed.map((outcome) =>
        Object.entries(outcome).filter(([, count]) => count > 0).map(([word]) => word).join("+") ||
        "none held"
      );
      const counts = [
        `${Math.min(world.had.length, 4)} dialled`,
        `${Math.min(world.told, 4)} told`,
      ];
      return [...said, ...Object.keys(drops), ...ends, ...counts];
    } finally {
      await world.path.close();
    }
  },
};

async function act(script: Script, world: ResumeWorld): Promise<void> {
  const actions = [
    () => world.dial(script.pick(OWN), script.u8() % 2 === 1),
    () => list(script, world),
    () => rawList(script, world),
    () => end(script, world),
    () => world.restart(script.u8() % 2 === 0),
    () => world.pass(script.pick([1, 500, 5_001, 31_000, 121_000])),
    () => world.redial(script.u8() % 2 === 1),
    () => world.say(script.pick(KINDS), script.u8() % 12, script.bytes(script.u8())),
    () => {
      const session = world.had[script.u8() % Math.max(1, world.had.length)];
      return session === undefined ? Promise.resolve() : world.acEnds(session);
    },
    () => world.connect([]),
  ];
  await script.pick(actions)();
}

/** Returns a session, mostly the client's own, with or without a false field. */
function session(script: Script, { had, known }: ResumeWorld): ListedSession {
  const choice = script.u8();
  const all: readonly ListedSession[] = choice % 4 === 3 || had.length === 0 ? known : had;
  const { handle, acSessionId, customer, concentrator } = all[(choice >> 2) % all.length];
  const its = { handle, acSessionId, customer, concentrator };
  const lies = [
    () => its,
    () => ({ ...its, handle: script.u16() }),
    () => ({ ...its, acSessionId: script.pick([0, 1, 0x11, 0x20, 0x21, 0xffff]) }),
    () => ({ ...its, customer: script.pick(MACS) }),
    () => ({ ...its, concentrator: script.pick(MACS) }),
  ];
  return lies[[0, 0, 0, 0, 1, 2, 3, 4][script.u8() % 8]]();
}

/** Sends a well-formed list, whose expected outcome is known. */
function list(script: Script, world: ResumeWorld): Promise<void> {
  const sessions = Array.from({ length: script.u8() % 7 }, () => session(script, world));
  return world.connect(encodeSessionList(sessions), sessions);
}

/** Sends list records with arbitrary bytes, in any number, possibly without an end. */
async function rawList(script: Script, world: ResumeWorld): Promise<void> {
  const sessions = Array.from({ length: script.u8() % 5 }, () => session(script, world));
  const [body] = encodeSessionList(sessions);
  if (script.u8() % 2 === 1) body[0] = script.u8() % 4;
  for (let left = script.u8() % 3; left > 0; left--) body[script.u16() % body.length] = script.u8();
  const times = script.pick([1, 2, 40]);
  const part = body.slice(0, script.u8() % 4 === 3 ? script.u8() : undefined);
  await world.connect(new Array(times).fill(part));
  if (script.u8() % 2 === 1) await world.say(KIND_CONTROL, ControlType.sessions, body);
}

function end(script: Script, world: ResumeWorld): Promise<void> {
  const its = session(script, world);
  const [of, change] = [script.u8(), script.u8()];
  const all = change % 8 === 5 || world.had.length === 0 ? world.known : world.had;
  const proof = all[of % all.length].proof.slice();
  if (change % 8 === 7) proof[change >> 4] ^= 1;
  return world.end(its, change % 8 === 6 ? [service] : [proofTag(proof)]);
}
