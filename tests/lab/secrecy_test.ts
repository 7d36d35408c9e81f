import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { pppoeProxy } from "../cli/process.ts";
import { insideLab, Lab } from "./lab.ts";
import { runCommand } from "./process.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { freePort } from "../free_port.ts";
import { makeSecret, ready, startDaemon, startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
const PASSWORD = "correct-horse-battery";

/** PAP Authenticate-Request of "alice" (RFC 1334 section 2.2.1). */
function papRequest(): Uint8Array {
  const [user, password] = ["alice", PASSWORD].map((text) => new TextEncoder().encode(text));
  const body = [1, 1, 0, 6 + user.length + password.length, user.length, ...user];
  return Uint8Array.of(0xc0, 0x23, ...body, password.length, ...password);
}

/** The forms in which bytes could appear in a line: text, hex, base64, numbers. */
function spellings(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  return [text, bytes.toHex(), bytes.toHex().toUpperCase(), bytes.toBase64(), bytes.join(",")];
}

Deno.test({
  name:
    "PAP password, shared secret and token are in no line of the log, at any level, and in no report",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const port = freePort();
    const token = "540226c854f326a629f7949568a956cd08a7a1f724af09eddab77f65c7bc0d99";
    const wrongToken = "b1".repeat(32);
    await lab.write("admin.token", `${token}\n`);
    const log = '[log]\nlevel = "debug"\n';
    const socket = `${lab.folder}/server.sock`;
    const admin =
      `[admin]\nsocket = "${socket}"\nlisten = "127.0.0.1:${port}"\ntoken_file = "admin.token"\n`;
    const daemons = await startProxyPair(lab, { server: log + admin, client: log });
    const { server, client } = daemons;
    const host = lab.use(startTestClient("cust0"));
    const session = await host.dial({ hostUniq: Uint8Array.of(1) });
    await session.echo(papRequest());
    for (const given of [token, wrongToken]) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/status`, {
        headers: { Authorization: `Bearer ${given}` },
      });
      assertEquals(answer.ok, given === token);
      assert(!(await answer.text()).includes(given));
    }
    const secret = await Deno.readTextFile(`${lab.folder}/branch-1.secret`);
    // A failed login, a reload that fails because of a secret, and an invalid frame.
    await Deno.remove(`${lab.folder}/branch-1.secret`);
    await makeSecret(lab, "branch-1");
    const other = await Deno.readTextFile(`${lab.folder}/branch-1.secret`);
    await client.stop();
    const stranger = startDaemon(lab, "branch-1");
    await stranger.waitForLine(/not-authenticated/);
    await stranger.stop();
    await lab.write("branch-1.secret", `${other.trim()}ff\n`);
    server.signal("SIGHUP");
    await server.waitForLine(/reload failed/);
    await lab.write("branch-1.secret", secret);
    const again = startDaemon(lab, "branch-1");
    await ready(again);
    const next = await host.dial({ hostUniq: Uint8Array.of(2) });
    await next.echo(papRequest());
    next.terminate();
    await ac.ended(next.sessionId);
    const file = `${lab.folder}/report.tar.gz`;
    const report = await pppoeProxy(["report", file, "--config", `${lab.folder}/server.toml`]);
    assertEquals(report.code, 0, report.stderr);
    for (const daemon of [again, server]) await daemon.stop();

    const never = [PASSWORD, token, wrongToken].flatMap((text) =>
      spellings(new TextEncoder().encode(text))
    );
    never.push(...[secret, other].flatMap((hex) => spellings(Uint8Array.fromHex(hex.trim()))));
    for (const { output } of [server, client, again]) {
      assert(output.entries.some((line) => line.includes("PADI")));
    }
    for (const { name, output } of [server, client, stranger, again]) {
      assert(output.entries.some((line) => line.includes('"level":')), name);
      const lines = output.all((line) => never.some((text) => line.includes(text)));
      assertEquals(lines, []);
    }
    const archive = await runCommand("tar", "-xzOf", file);
    for (const part of ['"problems"', '"opened_total"', "received_frames"]) {
      assertStringIncludes(archive, part);
    }
    for (const text of [...never, "PRIVATE KEY", "Vendor-Specific"]) {
      assertEquals([text, archive.includes(text)], [text, false]);
    }
    assert(host.seen.all(({ code }) => code === CODE_PADT).length > 0);
  },
});
