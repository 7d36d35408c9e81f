// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { serverSentEvents } from "../../src/admin/web/api.js";
import { bitRate, bytes, duration, roundTrip, sessionId } from "../../src/admin/web/format.js";
import { eventText, partsOf } from "../../src/admin/web/event_words.js";
import { csvOf } from "../../src/admin/web/csv.js";
import { tunnelsState } from "../../src/admin/web/cards.js";
import { tunnelState, tunnelWords } from "../../src/admin/web/clients.js";
import { Blocks } from "../../src/admin/web/pcapng.js";
import { Rates } from "../../src/admin/web/rates.js";
import { addressOf, changedAddress, pageOf, parseRoute, VIEWS } from "../../src/admin/web/route.js";
import { Series } from "../../src/admin/web/series.js";
import { sparkPath } from "../../src/admin/web/spark.js";
import { tomlOf } from "../../src/admin/web/toml.js";
import { showBytes, showDelay, showSpan } from "../../src/cli/terminal/amounts.ts";

Deno.test("web page: events are parsed however they are split, and comments are not events", async () => {
  const text = 'id: 7\nevent: drain\ndata: {"a":"ö"}\n\n: still here\n\nid: 8\r\ndata: {}\r\n\r\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 5, bytes.length]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, index) => bytes.subarray(index * size, (index + 1) * size),
    );
    const events = await Array.fromAsync(serverSentEvents(ReadableStream.from(pieces)));
    assertEquals(events.filter(({ data }) => data !== ""), [
      { id: "7", data: '{"a":"ö"}' },
      { id: "8", data: "{}" },
    ]);
  }
});

Deno.test("web page: numbers have three digits and a prefix, times two units", () => {
  assertEquals([0, 12.4, 999, 999.6, 1_250, 99_960, 84_000_000].map(bitRate), [
    "0 bit/s",
    "12 bit/s",
    "999 bit/s",
    "1.00 kbit/s",
    "1.25 kbit/s",
    "100 kbit/s",
    "84.0 Mbit/s",
  ]);
  assertEquals([bitRate(null), roundTrip(null)], ["–", "–"]);
  assertEquals(sessionId(420), "420 (0x01a4)");
});

Deno.test("web page: bytes, durations and round trips read as in the commands", () => {
  fc.assert(fc.property(fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true }), (size, seconds) => {
    assertEquals(bytes(size * 1_000), showBytes(size * 1_000));
    assertEquals(duration(seconds), showSpan(seconds));
    assertEquals(roundTrip(seconds / 1_000), showDelay(seconds / 1_000));
  }));
});

Deno.test("web page: an address keeps its view, names and query, whatever characters they have", () => {
  const name = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed());
  fc.assert(fc.property(name, name, (id, search) => {
    const route = parseRoute(addressOf("clients", id, { search, state: "" }));
    assertEquals(route, { view: "clients", id, query: { search } });
    assertEquals(parseRoute(changedAddress(route, { state: "up" })).query, { search, state: "up" });
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (hash) => {
    assert(VIEWS.includes(parseRoute(hash).view));
    assert(pageOf(parseRoute(hash)) >= 1);
  }));
  assertEquals(parseRoute("").view, "overview");
  assertEquals(pageOf(parseRoute("#/sessions?page=3")), 3);
  assertEquals(pageOf(parseRoute("#/sessions?page=-3")), 1);
  assertEquals(parseRoute(changedAddress(parseRoute("#/sessions?page=3"), { search: "x" })).query, {
    search: "x",
  });
});

Deno.test("web page: a cell of a CSV file is neither split nor run as a formula", () => {
  const row = { a: '=HYPERLINK("x")', b: "one,two\nthree", c: 'say "hi"', d: null, e: -5 };
  assertEquals(
    csvOf(Object.keys(row), [row]),
    'a,b,c,d,e\r\n"\'=HYPERLINK(""x"")","one,two\nthree","say ""hi""",,-5\r\n',
  );
});

Deno.test("web page: samples are kept in bounded number, the latest ones", () => {
  const zero = { bytes_up: 0, bytes_down: 0, frames_up: 0, frames_down: 0 };
  const series = new Series();
  for (let second = 0; second < 400; second++) series.add("all", second, zero);
  for (let name = 0; name < 100; name++) series.add(`n${name}`, 0, zero);
  assertEquals([series.of("all").times.length, series.of("all").times[0]], [300, 100]);
  assertEquals([series.of("n0").times.length, series.of("n99").times.length], [0, 1]);
});

Deno.test("web page: a sparkline has a gap where no rate is known", () => {
  assertEquals(sparkPath([0, null, 1]).match(/[ML]/g), ["M", "M"]);
  assertEquals(sparkPath([0, 0.5, 1]).match(/[ML]/g), ["M", "L", "L"]);
  assertEquals(sparkPath([]), "");
});

Deno.test("web page: a rate needs two samples, and none spans a restart", () => {
  const rates = new Rates();
  const at = (seconds: number, bytes: number) =>
    rates.update(seconds, [["a", {
      bytes_up: bytes,
      bytes_down: 0,
      frames_up: 0,
      frames_down: 0,
    }]]);
  at(10, 500);
  assertEquals(rates.of("a"), null);
  at(12, 700);
  assertEquals(rates.of("a")?.bytes_up, 100);
  at(12.1, 900); // too soon after the previous sample
  assertEquals(rates.of("a")?.bytes_up, 100);
  at(14, 900);
  assertEquals(rates.of("a")?.bytes_up, 100);
  at(1, 10);
  assertEquals([rates.of("a"), rates.of("unknown")], [null, null]);
});

Deno.test("web page: an event is short: its session names its client, an AC's name its address", () => {
  const opened = {
    ...{ time: "2026-11-26T03:12:00Z", number: 7, kind: "session-opened", client: "büro 1" },
    ...{ session: "b%C3%BCro%201.4", session_id: 420, customer_mac: "02:00:00:00:00:c1" },
    ...{ ac_mac: "02:00:00:00:00:a1", ac_name: "bras-1" },
  };
  assertEquals(
    eventText(opened),
    "session opened 02:00:00:00:00:c1, büro 1.4, id 420, AC bras-1",
  );
  // A client with one server names sessions by their number only.
  const own = { ...opened, client: undefined, session: "4", ac_name: undefined };
  assertEquals(
    partsOf({ ...own, client: null, ac_name: null, server: "192.0.2.2:8443" })
      .map(([, text]) => text),
    ["02:00:00:00:00:c1", "session 4", "192.0.2.2:8443", "id 420", "AC 02:00:00:00:00:a1"],
  );
  const silent = { time: "", number: 1, kind: "ac-silent", padis: 9, customers: 4, for_s: 12.5 };
  assertEquals(eventText(silent), "AC silent PADIs 9, customers 4, for 12.5 s");
  assertEquals(
    partsOf({ kind: "x", session: "%", client: "a" }).map(([, text]) => text),
    ["%", "a"],
  );
});

Deno.test("web page: one tunnel is enough for a client, whose other servers stand by; a server needs all", () => {
  const states = ([[0, 2], [1, 2], [2, 2]] as const).map(([up, tunnels]) =>
    (["client", "server"] as const).map((mode) =>
      tunnelsState({ mode, totals: { tunnels, tunnels_up: up } })
    )
  );
  assertEquals(states, [["bad", "bad"], ["", "warn"], ["", ""]]);

  const untried = { up: false, down_since: null, down_reason: null, sessions: 0 };
  const one = { totals: { tunnels_up: 1 } };
  const none = { totals: { tunnels_up: 0 } };
  assertEquals(tunnelState({ ...untried, server: "b:8443" }, one), "standby");
  assertEquals(tunnelState({ ...untried, server: "b:8443" }, none), "down");
  assertEquals(tunnelState({ ...untried, server: "b:8443", down_reason: "refused" }, one), "down");
  assertEquals(tunnelState({ ...untried, client: "branch-1" }, one), "down");
  assertEquals(
    tunnelWords({ ...untried, configured: false }, "standby"),
    "standby, no longer configured",
  );
  assertEquals(
    tunnelWords({ up: true, since: null, configured: false }, "up"),
    "up, no longer configured",
  );
});

Deno.test("web page: a capture that is cut anywhere keeps its whole blocks, however it was split", () => {
  const sizes = fc.array(fc.integer({ min: 3, max: 20 }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(sizes, fc.nat(), fc.integer({ min: 1, max: 30 }), (words, cut, piece) => {
    const ends: number[] = [0];
    for (const word of words) ends.push(ends[ends.length - 1] + 4 * word);
    const view = new DataView(new ArrayBuffer(ends[ends.length - 1]));
    for (const [at, word] of words.entries()) view.setUint32(ends[at] + 4, 4 * word, true);
    const bytes = new Uint8Array(view.buffer).subarray(0, cut % (view.byteLength + 1));
    const blocks = new Blocks();
    for (let at = 0; at < bytes.length; at += piece) blocks.take(bytes.subarray(at, at + piece));
    assertEquals(blocks.whole, ends.filter((end) => end <= bytes.length).at(-1));
  }));
});

Deno.test("web page: the configuration has EtherTypes as they are written everywhere else", () => {
  assertEquals(
    tomlOf({ mode: "client", interface: { name: "lan0", ether_types: [34_915, 34_916] } }),
    'mode = "client"\n\n[interface]\nname = "lan0"\nether_types = [0x8863, 0x8864]',
  );
});
