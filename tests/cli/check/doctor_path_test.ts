import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { judgeCongestionControl } from "../../../src/cli/check/doctor_path.ts";
import { Findings } from "../../../src/cli/check/findings.ts";

/** Returns the "ok" text and the warnings, if the kernel permits these. */
function judge(configured: string, ...permitted: string[]): [string, string[]] {
  const findings = new Findings();
  const text = judgeCongestionControl(configured, (name) => permitted.includes(name), findings);
  assertEquals(findings.problems, []);
  return [text, findings.notes];
}

Deno.test("doctor names the congestion control, and how to get BBR if there is none", () => {
  assertEquals(judge("auto", "reno", "bbr"), ["bbr", []]);
  assertEquals(judge("reno", "reno", "bbr"), ["reno", []]);
  const [text, warnings] = judge("auto", "reno");
  assertMatch(text, /^the kernel's default; .* load tcp_bbr/);
  assertEquals(warnings, []);
});

Deno.test("doctor warns of a configured congestion control that the kernel does not permit", () => {
  const [, [warning]] = judge("cubic", "reno");
  assertStringIncludes(warning, 'tunnel.congestion_control is "cubic", which the kernel does not');
  assertStringIncludes(warning, "sysctl net.ipv4.tcp_allowed_congestion_control");
});
