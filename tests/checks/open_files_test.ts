import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Findings } from "../../src/checks/findings.ts";
import { checkOpenFiles } from "../../src/checks/open_files.ts";
import { loadConfig } from "../../src/config/load.ts";

const SERVER = await loadConfig(new URL("../config/valid/server.toml", import.meta.url).pathname);
const CLIENT = await loadConfig(new URL("../config/valid/client.toml", import.meta.url).pathname);

Deno.test("a limit of open files is an error below one client, and a warning below all clients", () => {
  const severities = (limit: number, config = SERVER): [said: boolean, found: string[]] => {
    const findings = new Findings(config.file);
    const text = checkOpenFiles(config, limit, findings);
    return [text !== "", findings.all.map(({ code, severity }) => `${severity} ${code}`)];
  };
  // The first limit without an error is one client's, which is all that this server has.
  const least = Array.from({ length: 4_096 }, (_, at) => at)
    .find((limit) => severities(limit)[1].length === 0) ?? 0;
  assertEquals(severities(least - 1), [false, ["error open-files-low"]]);
  assertEquals(severities(least), [true, []]);
  assertEquals(severities(0, CLIENT), [false, []]);
  assert(SERVER.mode === "server");
  const two = { ...SERVER, clients: [...SERVER.clients, ...SERVER.clients] };
  assertEquals(severities(least, two), [true, ["warning open-files-low"]]);
  const findings = new Findings(SERVER.file);
  checkOpenFiles(SERVER, 100, findings);
  assertStringIncludes(findings.all[0].words, "may open 100 files but needs ");
  assertStringIncludes(findings.all[0].remedy, "LimitNOFILE=");
});
