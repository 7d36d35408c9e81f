import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AdminClient, UnreachableError } from "../../../src/cli/remote/admin_client.ts";
import { boundedText } from "../../../src/cli/report/parts.ts";
import { subjectOf } from "../../../src/cli/report/subject.ts";
import { logger, setLogLevel } from "../../../src/log.ts";
import { withDaemon } from "../../admin/daemon.ts";
import { runCommand } from "../../lab/process.ts";
import { needing } from "../../needs.ts";
import { dial } from "../../proxy/dial.ts";
import { pppoeProxy, withFolder } from "../process.ts";

const SECRET = "540226c854f326a629f7949568a956cd08a7a1f724af09eddab77f65c7bc0d99";
const TOKEN = "83e8c2a50f4feb3f41e3782c1b46534663037de861003c90ba4c690c33d2efdb";
const KEY = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n";

/** Unpacks a report; returns its files by name, without the folder. */
async function unpack(file: string, into: string): Promise<Map<string, string>> {
  await Deno.mkdir(into);
  await runCommand("tar", "-C", into, "--strip-components=1", "-xzf", file);
  const files = new Map<string, string>();
  for (const { name } of Deno.readDirSync(into)) {
    files.set(name, await Deno.readTextFile(`${into}/${name}`));
  }
  return files;
}

Deno.test(needing(["tar"], {
  name: "a report has every part and no secret, token or key, whatever the log and the files say",
  fn: () =>
    withFolder((folder) =>
      withDaemon({}, async ({ daemon, path, socket }) => {
        const at = daemon.config().file.replace(/[^/]*$/, "");
        await Deno.writeTextFile(`${at}branch-1.secret`, `${SECRET}\n`, { mode: 0o600 });
        await Deno.writeTextFile(`${at}server.key`, KEY, { mode: 0o600 });
        // A secret within a file's name, which the findings quote.
        const toml = `mode = "server"\n[interface]\nname = "wan0"\n[tunnel]
listen = "127.0.0.1:8443"\ncertificate = "server.crt"\nkey = "server.key"
[[clients]]\nname = "branch-1"\nsecret_file = "branch-1.secret"
[[clients]]\nname = "branch-2"\nsecret_file = "x-${TOKEN}"\n[admin]\nsocket = "${socket}"\n`;
        await Deno.writeTextFile(daemon.config().file, toml);
        await dial(path, { id: 7 });
        setLogLevel("debug");
        logger("main").info("stopped", { secret: SECRET, detail: `Bearer ${TOKEN}`, key: KEY });
        logger("discovery").debug("packet", { packet: "of-a-customer" });
        setLogLevel("error");
        daemon.monitor.emit("refused", { detail: SECRET });
        const file = `${folder}/r.tar.gz`;
        const { code, stderr } = await pppoeProxy(["report", file, "--anonymous", "-s", socket]);
        assertEquals(code, 0, stderr);
        assertStringIncludes(stderr, "Look through it before you send it.");
        assertEquals((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
        const files = await unpack(file, `${folder}/out`);
        assertEquals(files.get("README.txt")?.includes("Missing"), false, files.get("README.txt"));
        assertEquals([...files.keys()].sort(), [
          ...["README.txt", "clients.json", "config.json", "events.txt", "findings.json"],
          ...["history.csv", "log.json", "metrics.txt", "past.json", "sessions.json"],
          ...["status.json", "system.txt", "version.json"],
        ]);
        const all = [...files.values()].join("\n") + stderr;
        for (const secret of [SECRET, TOKEN, "MIGHAgEA", "of-a-customer", "02:00:00:00:00:c1"]) {
          assertEquals([secret, all.toLowerCase().includes(secret.toLowerCase())], [secret, false]);
        }
        assertMatch(files.get("events.txt") ?? "", /\(removed [0-9a-f]{8}\)/);
        assertMatch(files.get("log.json") ?? "", /"secret": "\(removed/);
        assertStringIncludes(files.get("config.json") ?? "", '"secret_file": ');
        assertMatch(files.get("sessions.json") ?? "", /"customer_mac": "02:00:00:#\d+"/);
        assertStringIncludes(files.get("status.json") ?? "", '"problems"');
        const again = await pppoeProxy(["report", file, "-s", socket]);
        assertEquals(again.code, 1);
        assertStringIncludes(again.stderr, "it exists and is not overwritten");
      })
    ),
}));

Deno.test("an answer without end is cut off, and its stream is left", async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(++sent * 7).fill(0x61)),
  });
  assertEquals(await boundedText(endless, 50), `${"a".repeat(50)}\n(cut off after 50 bytes)\n`);
  assert(sent < 8);
  assertEquals(await boundedText(new Blob(["whole 局"]).stream(), 50), "whole 局");
});

Deno.test("a daemon that hangs is asked once for a report, not for each part", () =>
  withFolder(async (folder) => {
    using _listener = Deno.listen({ transport: "unix", path: `${folder}/hung.sock` });
    using hung = new AdminClient(`${folder}/hung.sock`, 100);
    const { subject } = await subjectOf(hung, undefined);
    assert(subject.daemon instanceof UnreachableError);
  }));

Deno.test(needing(["tar"], {
  name: "without a daemon a report has what can be had, and says what is missing",
  fn: () =>
    withFolder(async (folder) => {
      const config = `${folder}/x.toml`;
      await Deno.writeTextFile(config, `mode = "sever"\n[admin]\nsocket = "${folder}/none.sock"\n`);
      const file = `${folder}/r.tar.gz`;
      const { code, stderr } = await pppoeProxy(["report", file, "--config", config]);
      assertEquals(code, 0, stderr);
      const files = await unpack(file, `${folder}/out`);
      for (const name of ["README.txt", "findings.json", "system.txt", "version.json"]) {
        assert(files.has(name), name);
      }
      assertMatch(
        files.get("README.txt") ?? "",
        /Missing:\n[^]*status\.json +Cannot reach the daemon/,
      );
      assertStringIncludes(files.get("findings.json") ?? "", "sever");
    }),
}));
