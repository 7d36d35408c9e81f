import { assertEquals, assertStringIncludes } from "@std/assert";
import { judgeUdpBuffer } from "../../../src/cli/check/doctor_udp.ts";
import { Findings } from "../../../src/cli/check/findings.ts";

Deno.test("doctor warns of a UDP buffer limit that is too low, with the figures and the command", () => {
  const findings = new Findings();
  judgeUdpBuffer(212_992, findings);
  assertEquals([findings.problems.length, findings.notes.length], [0, 1]);
  assertStringIncludes(findings.notes[0], "limits the UDP receive buffer to 208 KiB");
  assertStringIncludes(findings.notes[0], "requests 4096 KiB");
  assertStringIncludes(findings.notes[0], "sysctl -w net.core.rmem_max=4194304");
});

Deno.test("doctor does not warn of a UDP buffer limit that is high enough", () => {
  const findings = new Findings();
  const said = judgeUdpBuffer(4_194_304, findings);
  assertEquals([findings.problems, findings.notes], [[], []]);
  assertStringIncludes(said, "UDP receive buffer of 4096 KiB");
});
