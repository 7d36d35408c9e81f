import { assertEquals, assertThrows } from "@std/assert";
import type { ForeignCommand } from "../../../src/cli/import/command_words.ts";
import { endsOf } from "../../../src/cli/import/foreign_ends.ts";
import { ImportError } from "../../../src/cli/import/import_error.ts";

function command(line: string): ForeignCommand[] {
  const [program, ...args] = line.split(" ");
  return [{ program: program as ForeignCommand["program"], args }];
}

Deno.test("the flags of pppoeproxy are read in all spellings of Go, with its defaults", () => {
  const client = { interface: "eth0", connect: { host: "192.0.2.1", port: 8000 } };
  for (
    const line of [
      "pppoeproxy -interface eth0 -address 192.0.2.1:8000",
      "pppoeproxy --interface=eth0 --mode client -address=192.0.2.1:8000 -allow 192.0.2.9",
    ]
  ) assertEquals(endsOf(command(line)), { servers: [], clients: [client] });
  const server = command(
    "pppoeproxy -mode=server -interface=wan0 -address :8000 -allow 2001:db8::9",
  );
  const listen = { host: "", port: 8000 };
  assertEquals(endsOf(server), {
    servers: [{ interface: "wan0", listen, allowed: "2001:db8::9" }],
    clients: [],
  });
});

Deno.test("the options of pppoe-relay are read, attached or apart, with its defaults", () => {
  assertEquals(endsOf(command("pppoe-relay -F -C eth0 -Ceth1 -S eth2 -n 100 -i0")), {
    servers: [{ interface: "eth2", listen: undefined, sessions: 100, idleTimeout: 0 }],
    clients: ["eth0", "eth1"].map((name) => ({ interface: name, connect: undefined })),
  });
  const [{ sessions, idleTimeout }] = endsOf(command("pppoe-relay -C a -S b")).servers;
  assertEquals([sessions, idleTimeout], [5_000, 600]);
});

const WRONG: [line: string, message: string][] = [
  ["pppoeproxy", "needs -interface"],
  ["pppoeproxy -interfce eth0", 'no flag "-interfce"; did you mean "interface"?'],
  ["pppoeproxy -interface", "has no value"],
  ["pppoeproxy eth0", 'no argument "eth0"'],
  ["pppoeproxy -interface a -mode both -address :1", "client or server"],
  ["pppoeproxy -interface a -address 192.0.2.1", "has no port"],
  ["pppoeproxy -interface a -toString b", 'no flag "-toString"'],
  ["pppoe-relay -B eth0", "needs no proxy"],
  ["pppoe-relay -S a -S b -C c", "one -S interface"],
  ["pppoe-relay -S a", "one -S interface"],
  ["pppoe-relay -S a -C b -n 0", 'Cannot use "0"'],
  ["pppoe-relay -S a -C b -x", 'no option "-x"'],
  ["pppoe-relay -S a -C", '"-C" has no value'],
];

for (const [line, message] of WRONG) {
  Deno.test(`"${line}" is not imported, and the reason is named`, () => {
    assertThrows(() => endsOf(command(line)), ImportError, message);
  });
}
