import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";
import { pppoeProxy } from "./process.ts";

Deno.test({
  name: "check finds no problems with a server whose files keygen wrote, and names a capability",
  ignore: !insideLab(),
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    await runCommand("ip", "address", "add", "192.0.2.2/24", "dev", "wan0");
    const { folder } = lab;
    const name = ["--name", "proxy.example", "--out-dir", folder];
    await pppoeProxy(["keygen", "certificate", ...name]);
    await pppoeProxy(["keygen", "secret", `${folder}/branch-1.secret`]);
    const source = new URL("../config/valid/server.toml", import.meta.url);
    const file = await lab.write("server.toml", await Deno.readTextFile(source));
    const { code, stdout, stderr } = await pppoeProxy(["check", "--config", file]);
    assertEquals([code, stderr], [0, ""]);
    // A machine without an NTP client has a warning of its clock.
    assertMatch(stdout, /\nNo (problems found|errors, 1 warning)\.\n$/);
    // Without CAP_NET_RAW the remedy is the line that grants it.
    const { program, args } = pppoeProxyCommand("check", file);
    const bare = ["--bounding-set=-net_raw", "--inh-caps=-net_raw", "--", program, ...args];
    for (
      const [env, remedy] of [
        [{}, "setcap cap_net_raw+ep /"],
        [{ INVOCATION_ID: "7" }, "AmbientCapabilities=CAP_NET_RAW to [Service]"],
      ] as const
    ) {
      const run = await new Deno.Command("setpriv", { args: bare, env }).output();
      const said = new TextDecoder().decode(run.stderr);
      assertEquals([run.code, said.trim().split("\n").length], [1, 1], said);
      assertStringIncludes(said, "it lacks CAP_NET_RAW");
      assertStringIncludes(said, remedy);
    }
  },
});
