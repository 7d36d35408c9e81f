import { assertEquals } from "@std/assert";
import type { Mac } from "../../../src/pppoe/mac.ts";
import { PadrGate } from "../../../src/proxy/discovery/padr_gate.ts";
import { PendingDiscoveries } from "../../../src/proxy/discovery/pending.ts";

const CUSTOMER: Mac = 0x02_00_00_00_00_01;
const AC: Mac = 0x02_10_00_00_00_01;
const FORGED: Mac = 0x02_20_00_00_00_00;
const TAGS = new Uint8Array(0);

/** A gate without rates that matter here, and a discovery of a customer. */
function open() {
  const limits = { padiRatePerMac: 1e6, padiBurstPerMac: 1e6, padiRate: 1e6, padiBurst: 1e6 };
  const gate = new PadrGate<object>({
    limits,
    now: () => 0,
    randomBytes: (length) => new Uint8Array(length).fill(1),
    isOpen: () => false,
  });
  const table = new PendingDiscoveries<object>({ pendingDiscoveries: 9, timeout: 1e9 }, () => 0);
  const pending = table.begin({}, "a", CUSTOMER, undefined);
  if (pending === undefined) throw new Error("The table is full");
  return { gate, pending };
}

Deno.test("C3: a discovery that is asked again and again remembers the offers of 256 ACs", () => {
  const { gate, pending } = open();
  const forged = Array.from({ length: 40 * 128 }, (_, i) => FORGED + i);
  for (const [i, mac] of forged.entries()) {
    if (i % 128 === 0) pending.passed++;
    gate.offered(pending, mac);
    if (i % 128 === 64) gate.offered(pending, AC);
  }
  const passed = [AC, ...forged].filter((mac) => gate.ask(pending, mac, TAGS) === undefined);
  assertEquals(passed.length, 256);
  assertEquals(passed, [AC, ...forged.slice(-255)]);
});

Deno.test("C3: the AC that answers each PADI stays, whatever others answer", () => {
  const { gate, pending } = open();
  for (let round = 0; round < 10; round++) {
    pending.passed++;
    gate.offered(pending, AC);
    for (let i = 0; i < 128; i++) gate.offered(pending, FORGED + round * 128 + i);
    assertEquals(gate.ask(pending, AC, TAGS), undefined);
  }
});
