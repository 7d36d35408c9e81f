import { assertEquals, assertStringIncludes } from "@std/assert";
import { explained, Findings } from "../../src/checks/findings.ts";
import { missing } from "../../src/checks/interface_checks.ts";
import { interfaceNames } from "../../src/checks/interface_facts.ts";
import { neighbourWith, twinOf } from "../../src/checks/mac_check.ts";
import { judgeWay, pppoeDevices, type Way } from "../../src/checks/route_check.ts";
import { SystemError } from "../../ffi/errno.ts";

Deno.test("the names of interfaces are read from /proc/net/dev", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
    lo:     100       1    0    0    0     0          0         0      100       1    0
eth0.10: 1 2 3
wan0:12 1 2
`;
  assertEquals(interfaceNames(text), ["lo", "eth0.10", "wan0"]);
  assertEquals(interfaceNames(""), []);
});

Deno.test("a missing interface is reported with those there are, and the one that was meant", () => {
  assertEquals(missing("wan1", ["lan0", "wan0"]), {
    words: 'Interface "wan1" does not exist; this machine has "lan0", "wan0"',
    remedy: 'did you mean "wan0"?',
  });
  assertEquals(missing("ppp", ["lan0"]).remedy, "write one of these names");
  assertStringIncludes(missing("wan0", []).words, "nor any other Ethernet interface");
  const many = missing("x", Array.from({ length: 3_000 }, (_, at) => `interface${at}`)).words;
  assertStringIncludes(many, '"interface7" and 2992 more');
});

Deno.test("the interfaces of the kernel's own PPPoE lines are read from /proc/net/pppoe", () => {
  const text = `Id       Address              Device
01000000 02:00:00:00:00:01    lan0
0A000000 02:00:00:00:00:02 eth0.10
`;
  assertEquals(pppoeDevices(text), ["lan0", "eth0.10"]);
  assertEquals(pppoeDevices(""), []);
});

Deno.test("a neighbour with a MAC address is found on the interface only", () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.7        0x1         0x2         02:00:00:00:00:0A     *        lan0
192.0.2.8        0x1         0x2         02:00:00:00:00:0b     *        wan0
`;
  assertEquals(neighbourWith(text, "02:00:00:00:00:0a", "lan0"), "192.0.2.7");
  assertEquals(neighbourWith(text, "02:00:00:00:00:0b", "lan0"), undefined);
  assertEquals(neighbourWith("", "02:00:00:00:00:0b", "lan0"), undefined);
});

Deno.test("an interface with the same MAC address is a twin unless it shares the hardware", () => {
  const [one, other] = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)];
  const all = [{ name: "wan0", mac: one }, { name: "wan0.10", mac: one }, {
    name: "b",
    mac: other,
  }];
  const relatives = new Set(["wan0", "wan0.10"]);
  assertEquals(twinOf({ mac: one }, relatives, all), undefined);
  assertEquals(twinOf({ mac: one }, relatives, [...all, { name: "vm0", mac: one }]), "vm0");
});

Deno.test("a route through the captured interface is a note, through its own line a warning", () => {
  const way: Way = {
    server: "192.0.2.2:8443",
    out: "eth0",
    isLine: false,
    captured: "lan0",
    relatives: new Set(["lan0", "lan0.7"]),
    dialled: [],
  };
  const judged = (change: Partial<Way>): string[] => {
    const findings = new Findings("/none.toml");
    judgeWay({ ...way, ...change }, findings);
    return findings.all.map(({ severity, code }) => `${severity} ${code}`);
  };
  assertEquals(judged({}), []);
  assertEquals(judged({ out: "lan0" }), ["note route-through-interface"]);
  const line = { out: "ppp0", isLine: true };
  assertEquals(judged(line), []);
  assertEquals(judged({ ...line, dialled: ["eth9"] }), []);
  assertEquals(judged({ ...line, dialled: ["lan0"] }), ["warning route-through-line"]);
  assertEquals(judged({ ...line, dialled: ["eth9", "lan0.7"] }), ["warning route-through-line"]);
  assertEquals(judged({ out: "wg0", isLine: false, dialled: ["lan0"] }), []);
});

Deno.test("an error of another part is split into what is wrong and what to do", () => {
  assertEquals(explained(new Error('Cannot use "a; b": it is full; make room')), {
    words: 'Cannot use "a; b": it is full',
    remedy: "make room",
  });
  const error = new SystemError("ioctl", 'open "x"', 6);
  assertEquals(explained(error), {
    words: 'Cannot open "x": ioctl failed with ENXIO',
    remedy: "the interface was removed; a running daemon waits for it to return",
  });
  assertEquals(explained("no").words, "no");
});
