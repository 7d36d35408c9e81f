import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Findings } from "../../src/checks/findings.ts";
import { judgeCongestionControl, judgeUdpBuffer } from "../../src/checks/kernel_checks.ts";

/** Returns the "ok" text and the sentences of the warnings, if the kernel permits these. */
function judge(configured: string, ...permitted: string[]): [string, string[]] {
  const findings = new Findings("/none.toml");
  const text = judgeCongestionControl(configured, (name) => permitted.includes(name), findings);
  return [text, findings.all.map(({ words, remedy }) => `${words}; ${remedy}`)];
}

Deno.test("the congestion control is named, and how to get BBR if there is none", () => {
  assertEquals(judge("auto", "reno", "bbr"), [
    "bbr on long and lossy paths, otherwise the kernel's default",
    [],
  ]);
  assertEquals(judge("reno", "reno", "bbr"), ["reno", []]);
  const [text, warnings] = judge("auto", "reno");
  assertMatch(text, /^the kernel's default; .* load tcp_bbr/);
  assertEquals(warnings, []);
});

Deno.test("a configured congestion control that the kernel does not permit is a warning", () => {
  const [, [warning]] = judge("cubic", "reno");
  assertStringIncludes(warning, 'tunnel.congestion_control is "cubic", which the kernel does not');
  assertStringIncludes(warning, "sysctl net.ipv4.tcp_allowed_congestion_control");
});

Deno.test("a UDP buffer limit that is too low is a warning with the figures and the command", () => {
  const findings = new Findings("/none.toml");
  judgeUdpBuffer(212_992, findings);
  const [{ code, severity, words, remedy }, ...more] = findings.all;
  assertEquals([code, severity, more], ["udp-buffer-small", "warning", []]);
  assertStringIncludes(words, "limits the UDP receive buffer to 208 KiB");
  assertStringIncludes(words, "requests 4096 KiB");
  assertStringIncludes(remedy, "sysctl -w net.core.rmem_max=4194304");
});

Deno.test("a UDP buffer limit that is high enough is no finding", () => {
  const findings = new Findings("/none.toml");
  const said = judgeUdpBuffer(4_194_304, findings);
  assertEquals(findings.all, []);
  assertStringIncludes(said, "UDP receive buffer of 4096 KiB");
});
