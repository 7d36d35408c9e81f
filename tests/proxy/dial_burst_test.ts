import { assertEquals } from "@std/assert";
import { CODE_PADI } from "../../src/pppoe/constants.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { service, settle, uniq, within } from "./dial.ts";
import { CUSTOMER } from "./path.ts";
import { takePackets } from "./segment.ts";

const CUSTOMERS = 4_000;
const LIMITS = { pendingDiscoveries: CUSTOMERS, padiRate: 100_000, padiBurst: 100_000 };

Deno.test("Q9: of 4,000 PADIs that arrive at once, more than the tunnel's queue holds, each reaches the AC once", () =>
  within({ limits: LIMITS }, async (path) => {
    for (let i = 0; i < CUSTOMERS; i++) {
      const padi = { destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      path.customers[0].send({ ...padi, source: CUSTOMER + i }, [service, uniq(i >> 8, i & 0xff)]);
    }
    let arrived = 0;
    for (let turn = 0; turn < 100 && arrived < CUSTOMERS; turn++) {
      await settle();
      arrived += takePackets(path.ac).length;
      path.advance(1);
    }
    assertEquals([arrived, path.clients[0].drops, path.server.drops], [CUSTOMERS, {}, {}]);
  }));
