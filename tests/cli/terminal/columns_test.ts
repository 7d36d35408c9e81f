import { assertEquals } from "@std/assert";
import { showBytes, showDelay, showSpan } from "../../../src/cli/terminal/amounts.ts";
import { blocks, table } from "../../../src/cli/terminal/columns.ts";
import { plain } from "../../../src/cli/terminal/style.ts";

Deno.test("columns align, also with wide characters, combining characters and empty cells", () => {
  const columns = [{ title: "NAME" }, { title: "BYTES", right: true }, { title: "AC" }];
  const rows = [["東京支店", "7", "é"], ["e\u0301tage", "12345", "x"], ["b", "", "👩‍👩‍👧 y"]];
  assertEquals(table(columns, rows, plain), [
    "NAME      BYTES  AC",
    "東京支店      7  é",
    "e\u0301tage     12345  x",
    "b                👩‍👩‍👧 y",
  ]);
});

Deno.test("control characters are escaped", () => {
  const name = "\x1b[2Jx\n";
  assertEquals(table([{ title: "N" }], [[name]], plain)[1], "\\u001b[2Jx\\u000a");
  assertEquals(blocks([{ title: "ac", name, facts: [["note", name], ["none", ""]] }], plain), [
    "ac: \\u001b[2Jx\\u000a",
    "  note: \\u001b[2Jx\\u000a",
  ]);
});

Deno.test("a style encloses a whole line, so columns stay aligned", () => {
  const lines = table(
    [{ title: "A" }, { title: "B" }],
    [["xx", "y"]],
    (style, text) => `<${style}>${text}`,
  );
  assertEquals(lines, ["<bold>A   B", "xx  y"]);
});

Deno.test("bytes, durations and delays are shown in suitable units", () => {
  assertEquals([0, 1023, 1024, 1_048_575, 1_572_864, 2 ** 50].map(showBytes), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.0 MiB",
    "1.5 MiB",
    "1024.0 TiB",
  ]);
  assertEquals([-1, 0, 59.4, 60, 3_600, 3_725, 90_000].map(showSpan), [
    "0s",
    "0s",
    "59s",
    "1m",
    "1h",
    "1h 2m",
    "1d 1h",
  ]);
  assertEquals([null, 0.00042, 0.0123, 0.12].map(showDelay), [
    "",
    "0.42 ms",
    "12.3 ms",
    "120 ms",
  ]);
});

Deno.test("a table leaves out the columns of the lowest rank until it fits", () => {
  const columns = [
    { title: "NAME" },
    { title: "LATER", rank: 2 },
    { title: "FIRST", right: true, rank: 1 },
    { title: "STATE" },
  ];
  const titles = (width?: number): string =>
    table(columns, [["a", "b", "c", "open"]], plain, width)[0];
  assertEquals(titles(), "NAME  LATER  FIRST  STATE");
  assertEquals(titles(25), "NAME  LATER  FIRST  STATE");
  assertEquals(titles(24), "NAME  LATER  STATE");
  assertEquals(titles(17), "NAME  STATE");
  assertEquals(titles(3), "NAME  STATE");
  assertEquals(table(columns, [["a", "b", "c", "open"]], plain, 17)[1], "a     open");
  const pair = [{ title: "NAME" }, { title: "UP", rank: 1 }, { title: "DOWN", rank: 1 }];
  assertEquals(table(pair, [], plain, 13), ["NAME"]);
});
