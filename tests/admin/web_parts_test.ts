import { assertEquals } from "@std/assert";
import { serverSentEvents } from "../../src/admin/web/api.js";
import { bitRate, bytes, duration, roundTrip, sessionId } from "../../src/admin/web/format.js";
import { Rates } from "../../src/admin/web/rates.js";

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
  assertEquals([bitRate(null), bytes(1_432), roundTrip(0.0123), roundTrip(null)], [
    "–",
    "1.43 kB",
    "12 ms",
    "–",
  ]);
  assertEquals([0.4, 59, 60, 3_661, 90_000].map(duration), [
    "0 s",
    "59 s",
    "1 min",
    "1 h 1 min",
    "1 d 1 h",
  ]);
  assertEquals(sessionId(420), "0x01a4");
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
