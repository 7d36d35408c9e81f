import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FINDINGS } from "../../../src/messages/findings.ts";
import { pppoeProxy, withFolder } from "../process.ts";

/** Writes a client's configuration for the interface `name`, with files from keygen. */
async function writeClient(folder: string, name: string): Promise<string> {
  const files = [["secret", `${folder}/branch-1.secret`], [
    "certificate",
    "--name",
    "proxy.example",
    "--out-dir",
    folder,
  ]];
  for (const args of files) assertEquals((await pppoeProxy(["keygen", ...args])).code, 0);
  const source = await Deno.readTextFile(
    new URL("../../config/valid/client.toml", import.meta.url),
  );
  await Deno.writeTextFile(`${folder}/client.toml`, source.replace("lan0", name));
  return `${folder}/client.toml`;
}

/** A finding in the JSON of `check`. */
interface Found {
  code: string;
  severity: string;
  place?: { file: string; line?: number; key?: string };
  words: string;
  remedy: string;
}

Deno.test("check describes the configuration, and lists all errors at once with place and code", async () => {
  await withFolder(async (folder) => {
    const file = await writeClient(folder, "none0");
    await Deno.chmod(`${folder}/branch-1.secret`, 0o644);
    const environment = { SSLKEYLOGFILE: `${folder}/keys` };
    const { code, stdout, stderr } = await pppoeProxy(["check", "-c", file], environment);
    assertEquals(code, 78);
    assertStringIncludes(stdout, 'Connects to 192.0.2.2:8443 as "branch-1"');
    for (
      const problem of [
        `${file}:3: interface.name: Interface "none0" does not exist`,
        '"SSLKEYLOGFILE" is set',
        `${file}:9: tunnel.secret_file: `,
        "chmod 600",
        "[file-not-private]",
      ]
    ) {
      assertStringIncludes(stderr, problem);
    }
    assertEquals(stderr.trim().split("\n").length, 3);

    const json = await pppoeProxy(["check", file, "--json"], environment);
    assertEquals([json.code, json.stderr], [78, ""]);
    const { schema, ok, files } = JSON.parse(json.stdout);
    assertEquals([schema, ok, files.length, files[0].file], [1, false, 1, file]);
    assertEquals([files[0].ok, files[0].mode], [false, "client"]);
    const findings: Found[] = files[0].findings;
    for (const { code, severity, words, remedy } of findings) {
      assertEquals([code in FINDINGS, words !== "", remedy !== ""], [true, true, true], code);
      assertMatch(severity, /^(?:error|warning|note)$/);
    }
    const codes = findings.filter((it) => it.severity === "error").map((it) => it.code);
    assertEquals(codes, ["interface-missing", "environment-unsafe", "file-not-private"]);
    // The key that was made here is beside the certificate.
    const own = findings.find((it) => it.code === "pin-is-own");
    assertEquals(own?.place, { file, key: "tunnel.server_certificate", line: 7 });
  });
});

Deno.test("check examines several files, and exits with the code of the gravest error", async () => {
  await withFolder(async (folder) => {
    const away = await writeClient(folder, "none0");
    const wrong = `${folder}/wrong.toml`;
    await Deno.writeTextFile(wrong, 'mdoe = "client"\n');
    const one = await pppoeProxy(["check", away]);
    assertEquals(one.code, 1); // the interface may come
    const { code, stdout, stderr } = await pppoeProxy(["check", away, wrong]);
    assertEquals(code, 78);
    assertStringIncludes(stdout, `${away}:\n`);
    assertStringIncludes(stderr, `${wrong}:1: mdoe: Unknown key "mdoe"; did you mean "mode"?`);
    const json = await pppoeProxy(["check", "--json", "-c", away, wrong]);
    const { files } = JSON.parse(json.stdout);
    assertEquals(files.map((it: { file: string }) => it.file), [away, wrong]);
    assertEquals(files[1].mode, null);
  });
});

Deno.test("an invalid configuration exits with 78 from run, check and doctor, with the same line", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/x.toml`;
    await Deno.writeTextFile(file, 'mode = "servre"\n');
    const line =
      `${file}:1: mode: Expected "server" or "client", not "servre"; did you mean "server"?`;
    for (const command of ["run", "check", "doctor"]) {
      const { code, stdout, stderr } = await pppoeProxy([command, "-c", file]);
      assertEquals([command, code], [command, 78]);
      if (command !== "doctor") assertEquals(stderr, `pppoe-proxy: ${line} [bad-value]\n`);
      else assertStringIncludes(stdout, line.slice(line.indexOf("Expected")));
    }
  });
});
