import { assertEquals, assertStringIncludes } from "@std/assert";
import { pppoeProxy, withFolder } from "../process.ts";

const UNIT = `[Unit]
Description=PPPoE proxy
[Service]
ExecStart=/usr/local/bin/pppoeproxy -interface pppoe-proxy -mode server -address 0.0.0.0:8000 -allow 198.51.100.7
Restart=always
`;

Deno.test("import writes two configurations of a unit, and says what to do next", async () => {
  await withFolder(async (folder) => {
    const unit = `${folder}/pppoeproxy.service`;
    await Deno.writeTextFile(unit, UNIT);
    const words = ["import", unit, "--lan", "eth0", "--connect", "192.0.2.1:8000"];
    const { code, stdout, stderr } = await pppoeProxy([...words, "--out-dir", folder]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "pppoe-proxy keygen certificate --name 192.0.2.1\n");
    const server = await Deno.readTextFile(`${folder}/server.toml`);
    assertStringIncludes(server, 'listen = "0.0.0.0:8000"');
    assertStringIncludes(server, "tcp dport 8000 ip saddr != 198.51.100.7 drop");
    assertStringIncludes(await Deno.readTextFile(`${folder}/branch-1.toml`), 'name = "eth0"');

    const again = await pppoeProxy([...words, "--out-dir", folder, "--name", "house"]);
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, "it exists and is not overwritten");
    assertEquals([...Deno.readDirSync(folder)].length, 3, "neither file was written");
  });
});

Deno.test("import names what is wrong, and writes nothing", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/text`;
    const wrong: [text: string, words: string[], message: string][] = [
      ["nothing", [], `"${file}": no command of pppoeproxy or pppoe-relay is in it`],
      ["pppoeproxy -x 1", [], 'pppoeproxy has no flag "-x"'],
      [UNIT, ["--lan", "eth0"], "--connect HOST:PORT"],
      [UNIT, ["--lan", "a b", "--connect", "a.example:1"], "interface.name"],
      [UNIT, ["--lan", "a", "--connect", "a.example:1", "--name", "../x"], "it has a slash"],
    ];
    for (const [text, words, message] of wrong) {
      await Deno.writeTextFile(file, text);
      const { code, stdout, stderr } = await pppoeProxy([
        ...["import", file, "--out-dir", folder],
        ...words,
      ]);
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, message);
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["text"]);
  });
});
