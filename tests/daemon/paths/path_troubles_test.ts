import { assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { samplePath } from "../../../src/daemon/paths/path_sample.ts";
import { CLEAR, IN_FLIGHT, pathOf } from "./watched_path.ts";

/** Looks for as many seconds, with this many packets sent and lost in each. */
function send(path: ReturnType<typeof pathOf>, seconds: number, sent: number, lost: number) {
  const from = { sent: 0, lost: 0 };
  path.look({ packets: from });
  for (let n = 1; n <= seconds; n++) path.look({ packets: { sent: sent * n, lost: lost * n } });
}

Deno.test("a path that loses a fifth of its packets is lossy until 30 seconds after that", () => {
  const path = pathOf();
  send(path, 5, 100, 20);
  assertEquals(path.codes(), ["path-lossy"]);
  assertStringIncludes(path.words(), '"north" loses packets: 20 %');
  path.state.now += 29_000;
  assertEquals(path.codes(), ["path-lossy"]);
  path.state.now += 1_000;
  assertEquals(path.codes(), []);
});

Deno.test("few losses, losses of one moment and a path that is down are no lossy path", () => {
  for (const [sent, lost] of [[1_000, 20], [2, 1], [3, 3]]) {
    const path = pathOf();
    send(path, 7, sent, lost);
    assertEquals(path.codes(), [], `${lost} of ${sent}`);
  }
  const burst = pathOf();
  burst.look({ packets: { sent: 0, lost: 0 } });
  for (let n = 1; n < 10; n++) burst.look({ packets: { sent: 100 * n, lost: 500 } });
  assertEquals(burst.codes(), []);
});

Deno.test("a path is lossy exactly while its losses are many, for any counts", () => {
  fc.assert(fc.property(
    fc.integer({ min: 50, max: 1_000 }),
    fc.integer({ min: 0, max: 900 }),
    (sent, permille) => {
      const path = pathOf();
      const lost = Math.floor(sent * permille / 1_000);
      send(path, 10, sent, lost);
      const isLossy = lost / sent >= 0.03 && 10 * lost >= 8;
      assertEquals(path.codes(), isLossy ? ["path-lossy"] : []);
    },
  ));
});

/** Looks at TCP with unacknowledged segments while the peer's data arrives. */
function stall(path: ReturnType<typeof pathOf>, seconds: number, inFlight: object, heard = 20) {
  for (let n = 0; n < seconds; n++) {
    const received = heard * path.state.second;
    path.look({ inFlight: { ...IN_FLIGHT, segments: 4, bytes: 4_800, received, ...inFlight } });
  }
}

Deno.test("full packets without acknowledgement, while the peer's arrive, are a stall", () => {
  const path = pathOf();
  path.look({});
  stall(path, 2, { backoff: 1 });
  assertEquals(path.codes(), []);
  stall(path, 2, { backoff: 3 });
  assertEquals(path.codes(), ["path-mtu-short"]);
  assertStringIncludes(path.words(), "Packets of 1208 bytes");
  // The tunnel ends, and the next one begins.
  path.troubles.look(path.peer, {}, CLEAR, path.state.now);
  assertEquals(path.codes(), ["path-mtu-short"]);
  path.state.now += 120_000;
  assertEquals(path.codes(), []);
});

Deno.test("a second tunnel in a row that stalls shows that small packets pass in between", () => {
  const path = pathOf();
  const backoff = 4;
  const again = () => {
    path.tunnel = {};
    path.look({});
  };
  path.look({});
  stall(path, 4, { backoff }, 0);
  assertEquals(path.codes(), []); // the path may be down
  again();
  stall(path, 1, { backoff }, 0);
  assertEquals(path.codes(), []);
  stall(path, 2, { backoff }, 0);
  assertEquals(path.codes(), ["path-mtu-short"]);
  assertStringIncludes(path.words(), "and small ones do");
  path.state.now += 120_000;
  again();
  stall(path, 4, { backoff }, 0);
  assertEquals(path.codes(), []);
});

Deno.test("small packets, a silent peer, and a peer that does not read are no stall", () => {
  for (
    const [inFlight, heard] of [
      [{ bytes: 80, backoff: 4 }, 20],
      [{ backoff: 4 }, 0],
      [{ segments: 0, bytes: 0, backoff: 4 }, 20],
      [{ backoff: 0 }, 20],
    ] as const
  ) {
    const path = pathOf();
    path.look({});
    stall(path, 9, inFlight, heard);
    assertEquals(path.codes(), [], JSON.stringify(inFlight));
  }
  const moving = pathOf();
  for (let n = 0; n < 9; n++) {
    const inFlight = { ...IN_FLIGHT, segments: 4, bytes: 4_800, backoff: 3, received: n };
    moving.look({ confirmed: n, inFlight });
  }
  assertEquals(moving.codes(), []);
});

Deno.test("a lossy path is not called full, too", () => {
  const path = pathOf();
  for (let n = 0; n < 6; n++) {
    const packets = { sent: 100 * n, lost: 20 * n };
    path.look({ packets, confirmed: n, queued: 70_000, queueAge: 400 });
  }
  assertEquals(path.codes(), ["path-lossy"]);
});

Deno.test("at most 16 paths are kept: the latest", () => {
  const path = pathOf();
  for (let peer = 0; peer < 40; peer++) {
    const tunnel = {};
    for (let n = 0; n < 6; n++) {
      const packets = { sent: 100 * n, lost: 20 * n };
      path.troubles.look({ name: `peer-${peer}` }, tunnel, { ...CLEAR, packets }, path.state.now);
    }
  }
  const subjects = path.troubles.conditions(path.state.now).map(({ subject }) => subject);
  assertEquals(subjects, Array.from({ length: 16 }, (_, n) => `peer-${24 + n}`));
});

Deno.test("over QUIC a sample has the packets that the peer has counted", () => {
  const packets = { sent: 90, lost: 9 };
  const writer = { packets, queuedBytes: 7, queueAge: 3, dropped: 2 };
  assertEquals(samplePath({ tcp: undefined, roundTrip: 20, writer }, [60, 8_400, 30, 4_200]), {
    packets,
    confirmed: 90,
    inFlight: undefined,
    queued: 7,
    queueAge: 3,
    dropped: 2,
    offered: 60,
    received: 30,
    roundTrip: 20,
  });
});
