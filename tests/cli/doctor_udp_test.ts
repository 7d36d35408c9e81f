import { assertEquals, assertStringIncludes } from "@std/assert";
import { judgeUdpBuffer } from "../../src/cli/doctor_udp.ts";
import { Findings } from "../../src/cli/findings.ts";

Deno.test("doctor warns where the kernel gives QUIC less than asked for, with the figure and the command", () => {
  const findings = new Findings();
  judgeUdpBuffer(212_992, findings);
  assertEquals([findings.problems.length, findings.notes.length], [0, 1]);
  assertStringIncludes(findings.notes[0], "lets 208 KiB wait");
  assertStringIncludes(findings.notes[0], "asks for 1024 KiB");
  assertStringIncludes(findings.notes[0], "sysctl -w net.core.rmem_max=1048576");
});

Deno.test("doctor says nothing of a buffer that is as large as asked for", () => {
  const findings = new Findings();
  const said = judgeUdpBuffer(1_048_576, findings);
  assertEquals([findings.problems, findings.notes], [[], []]);
  assertStringIncludes(said, "1024 KiB may wait");
});
