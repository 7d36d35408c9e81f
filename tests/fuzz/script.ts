import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import type { Mac } from "../../src/pppoe/mac.ts";
import { encodeTags, type Tag } from "../../src/pppoe/tags.ts";
import { CODES, TAG_TYPES } from "./generators.ts";

/** Reads an input as a list of decisions: any bytes are valid, and beyond the end all are 0. */
export class Script {
  #input: Uint8Array;
  #at = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  get done(): boolean {
    return this.#at >= this.#input.length;
  }

  u8(): number {
    return this.#input[this.#at++] ?? 0;
  }

  u16(): number {
    return this.u8() << 8 | this.u8();
  }

  pick<T>(list: readonly T[]): T {
    return list[this.u8() % list.length];
  }

  /** Returns up to `length` bytes, as far as available. */
  bytes(length: number): Uint8Array {
    const out = this.#input.slice(this.#at, this.#at + length);
    this.#at += out.length;
    return out;
  }
}

/** A discovery packet with separate tags. */
export interface Draft {
  code: number;
  destination: Mac;
  source: Mac;
  sessionId: number;
  tags: Tag[];
}

/** The values that a script can put into a packet. */
export interface Palette {
  macs: readonly Mac[];
  ids: readonly number[];
  /** Tag values: observed tokens and cookies. */
  values: readonly Uint8Array[];
}

/** Encodes a packet with the changes that the script requests; none if it has ended. */
export function edited(script: Script, draft: Draft, palette: Palette): Uint8Array {
  const packet = { ...draft, tags: [...draft.tags] };
  const changes = script.u8() % 4;
  for (let i = 0; i < changes; i++) change(script, packet, palette);
  const { tags, ...head } = packet;
  const frame = encodeDiscovery({ ...head, tags: encodeTags(tags) });
  const patches = script.u8() % 4 === 3 ? 1 + script.u8() % 3 : 0;
  for (let i = 0; i < patches; i++) frame[script.u16() % frame.length] = script.u8();
  return script.u8() % 16 === 15 ? frame.slice(0, script.u16() % frame.length) : frame;
}

function change(script: Script, packet: Draft, { macs, ids, values }: Palette): void {
  const { tags } = packet;
  const at = () => script.u8() % Math.max(1, tags.length);
  const changes = [
    () => packet.code = script.pick(CODES),
    () => packet.destination = script.pick(macs),
    () => packet.source = script.pick(macs),
    () => packet.sessionId = script.pick([...ids, 0, 1, 0xfffe, 0xffff]),
    () => tags.splice(at(), 1),
    () => tags.length > 0 && tags.push(tags[at()]),
    () => tags.push({ type: script.pick(TAG_TYPES), value: script.bytes(script.u8()) }),
    () => tags.push({ type: script.pick(TAG_TYPES), value: new Uint8Array(script.u16() % 1_400) }),
    () =>
      values.length > 0 && tags.push({ type: script.pick(TAG_TYPES), value: script.pick(values) }),
  ];
  script.pick(changes)();
}
