import { assertEquals } from "@std/assert";
import { runCheck } from "../../src/checks/examine.ts";
import { loadConfig } from "../../src/config/load.ts";

const CONFIG = await loadConfig(new URL("../config/valid/client.toml", import.meta.url).pathname);

Deno.test("a check that fails itself, such as in a sandbox, is a warning and stops no daemon", async () => {
  const look = (): string => {
    throw new Deno.errors.NotSupported("Address family not supported by protocol (os error 97)");
  };
  const context = { config: CONFIG, daemon: { pid: undefined, mayRun: false } };
  const { findings, text } = await runCheck({ name: "route", look }, context);
  assertEquals(text, "");
  assertEquals(findings.map(({ severity, code, words }) => [severity, code, words]), [[
    ...["warning", "check-failed"],
    "Address family not supported by protocol (os error 97)",
  ]]);
});
