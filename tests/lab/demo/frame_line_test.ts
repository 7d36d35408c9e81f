import { assert, assertEquals } from "@std/assert";
import { encodeDiscovery } from "../../../src/pppoe/frame.ts";
import { CODE_PADI, CODE_PADS, TAG_AC_NAME, TAG_HOST_UNIQ } from "../../../src/pppoe/constants.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import { encodeTags, type Tag } from "../../../src/pppoe/tags.ts";
import { observe, sessionFrame } from "../peers/observed.ts";
import { frameLine } from "./frame_line.ts";

const [CUSTOMER, PROXY] = [0x02_00_00_00_00_01, 0x02_00_00_00_00_02];
const names = new Map([[CUSTOMER, "customer"], [PROXY, "client"]]);

function discovery(code: number, destination: number, sessionId: number, tags: Tag[]) {
  const source = CUSTOMER;
  return observe(
    encodeDiscovery({ destination, source, code, sessionId, tags: encodeTags(tags) }),
  );
}

Deno.test("a frame is one line with its wire, stations, packet, session and tags", () => {
  const hostUniq = { type: TAG_HOST_UNIQ, value: Uint8Array.of(0x4e, 0x2f) };
  const lines = [
    discovery(CODE_PADI, BROADCAST, 0, [hostUniq]),
    discovery(CODE_PADS, 0x02_00_00_00_00_09, 7, [{ ...hostUniq, value: new Uint8Array(16) }]),
    observe(sessionFrame(PROXY, CUSTOMER, 7, Uint8Array.of(0, 0x21, 0x45, 0))),
    observe(sessionFrame(PROXY, CUSTOMER, 7, Uint8Array.of(0xc0, 0x21, 9, 1))),
  ].map((frame) => frameLine("LAN", frame, names));
  assertEquals(lines, [
    "  LAN  customer → everyone  PADI  Host-Uniq 4e2f",
    "  LAN  customer → 02:00:00:00:00:09  PADS  session 7, Host-Uniq 000000…",
    "  LAN  customer → client    PPP   session 7, IPv4, 4 bytes",
    "  LAN  customer → client    PPP   session 7, protocol 0xc021, 4 bytes",
  ]);
});

Deno.test("a line of the longest AC-Name has 80 columns and nothing that a terminal acts on", () => {
  const value = new TextEncoder().encode(`\x1b[2J${"n".repeat(1_000)}`);
  const line = frameLine(
    "WAN",
    discovery(CODE_PADS, PROXY, 1, [{ type: TAG_AC_NAME, value }]),
    names,
  );
  assertEquals([...line].length, 80);
  assert(!line.includes("\x1b"));
});
