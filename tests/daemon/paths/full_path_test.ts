import { assertEquals, assertStringIncludes } from "@std/assert";
import type { PathSample } from "../../../src/daemon/paths/path_sample.ts";
import { pathOf } from "./watched_path.ts";

Deno.test("data that waits while the peer confirms more fills the direction to the peer", () => {
  const path = pathOf();
  for (let n = 0; n < 3; n++) {
    path.look({ confirmed: n, queued: 70_000, queueAge: 400 });
  }
  assertEquals(path.codes(), []);
  for (let n = 3; n < 6; n++) {
    path.look({
      confirmed: n,
      queued: 70_000,
      queueAge: 400,
      roundTrip: 2_000 + n,
    });
  }
  assertEquals(path.codes(), ["path-full"]);
  assertStringIncludes(path.words(), 'to "north" carries less than is sent: 70000 bytes wait');
});

Deno.test("a path that confirms nothing is not full, nor one without counts", () => {
  for (const confirmed of [5, undefined]) {
    const path = pathOf();
    for (let n = 0; n < 9; n++) {
      path.look({ confirmed, queued: 70_000, queueAge: 400 });
    }
    assertEquals(path.codes(), []);
  }
});

Deno.test("long round trips while nothing waits here fill the direction from the peer", () => {
  const path = pathOf();
  path.look({ roundTrip: 20 });
  for (let n = 0; n < 5; n++) {
    path.look({ roundTrip: 900 + n });
    path.look({ roundTrip: 900 + n });
  }
  assertEquals(path.codes(), [], "data of this end may still fill the kernel's buffers");
  path.look({ roundTrip: 950 });
  assertEquals(path.codes(), ["path-full"]);
  assertStringIncludes(path.words(), 'from "north" is full: answers take 950 ms instead of 20 ms');
});

Deno.test("data that first fills the kernel's buffers fills the direction to the peer", () => {
  const path = pathOf();
  path.look({ confirmed: 0, roundTrip: 20 });
  for (let n = 1; n < 5; n++) path.look({ confirmed: n, roundTrip: 900 + n });
  for (let n = 5; n < 8; n++) {
    path.look({ confirmed: n, queued: 70_000, queueAge: 400, roundTrip: 900 + n });
  }
  assertEquals(path.codes(), ["path-full"]);
  assertStringIncludes(path.words(), 'to "north" carries less than is sent');
});

/** A look over QUIC at a tunnel on which 40 of 60 frames a second are dropped. */
function dropping(n: number, more: Partial<PathSample> = {}): Partial<PathSample> {
  const packets = { sent: 20 * n, lost: 0 };
  return { inFlight: undefined, packets, confirmed: n, dropped: 40 * n, offered: 60, ...more };
}

Deno.test("over QUIC, frames that wait too long for their turn fill the direction to the peer", () => {
  const path = pathOf();
  for (let n = 0; n < 3; n++) path.look(dropping(n));
  assertEquals(path.codes(), []);
  path.look(dropping(3));
  assertEquals(path.codes(), ["path-full"]);
  assertStringIncludes(path.words(), 'to "north" carries less than is sent: 50 % of the frames');
});

Deno.test("a full path is found although its QUIC tunnels replace each other", () => {
  for (const direction of ["to", "from"] as const) {
    const path = pathOf();
    path.look(dropping(0));
    for (let n = 0; n < 12; n++) {
      if (n % 4 === 0) path.tunnel = {};
      const counted = n % 4 === 0 ? { confirmed: 0, dropped: 0 } : {};
      const dropped = direction === "to" ? 40 * n : 0;
      path.look(dropping(n, { dropped, roundTrip: 900 + n, ...counted }));
    }
    assertEquals(path.codes(), ["path-full"]);
    const said = direction === "to"
      ? 'path to or from "north" is full: answers take 9'
      : "path from";
    assertStringIncludes(path.words(), said);
  }
});

Deno.test("a full path whose queue loses packets over QUIC is full, and without a queue lossy", () => {
  for (const [roundTrip, code] of [[900, "path-full"], [25, "path-lossy"]] as const) {
    const path = pathOf();
    path.look(dropping(0));
    for (let n = 1; n < 9; n++) {
      const packets = { sent: 20 * n, lost: 4 * n };
      path.look(dropping(n, { packets, roundTrip: roundTrip + n }));
    }
    assertEquals(path.codes(), [code]);
  }
});

Deno.test("drops on a path that is down, few drops and those of one moment are no full path", () => {
  const looks: [string, (n: number) => Partial<PathSample>][] = [
    ["down", (n) => dropping(n, { confirmed: 5 })],
    ["few", (n) => dropping(n, { dropped: n })],
    ["one moment", (n) => dropping(n, { dropped: n < 4 ? 0 : 500 })],
  ];
  for (const [name, sample] of looks) {
    const path = pathOf();
    for (let n = 0; n < 12; n++) path.look(sample(n));
    assertEquals(path.codes(), [], name);
  }
});

Deno.test("a path that has become longer is not full: its peer sends little", () => {
  const path = pathOf();
  path.look({ roundTrip: 20 });
  for (let n = 0; n < 12; n++) path.look({ roundTrip: 700 + n, received: 1 });
  assertEquals(path.codes(), []);
});

Deno.test("the shortest round trip is forgotten when the path has been longer for ten minutes", () => {
  const path = pathOf();
  path.look({ roundTrip: 20 });
  const long = (minutes: number) => {
    for (let n = 0; n < 60 * minutes; n++) path.look({ roundTrip: 700 + n % 50 });
  };
  long(4);
  assertEquals(path.codes(), ["path-full"]);
  long(8);
  assertEquals(path.codes(), []);
});

Deno.test("a long path has long round trips, and is not full", () => {
  const path = pathOf();
  for (let n = 0; n < 9; n++) path.look({ roundTrip: 700 + n });
  assertEquals(path.codes(), []);
});
