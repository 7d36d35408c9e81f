import { assertEquals, assertStringIncludes } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { pppoeProxy } from "./process.ts";

Deno.test({
  name: "check finds no problems with a server whose files keygen wrote",
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
    assertStringIncludes(stdout, "No problems found");
  },
});
