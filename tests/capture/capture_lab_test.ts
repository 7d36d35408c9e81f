import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { startTestClient } from "../lab/peers/test_client.ts";
import { runCommand } from "../lab/process.ts";
import { startProxyPair } from "../lab/proxy_pair.ts";
import { chapValue, eap, holds, papRequest, utf8 } from "./frames.ts";
import { malformed, readFields, withoutTshark } from "./tshark.ts";

const ignore = !insideLab() || withoutTshark !== "";
const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const SESSION_ID = 0x0777;
const [NAME, PASSWORD] = ["customer@isp.example", "hunter2-hunter2"];
const LOGINS = [
  papRequest(NAME, PASSWORD),
  chapValue(2, utf8("0123456789abcdef"), NAME),
  eap(2, 1, utf8(NAME)),
];
/** Of one side: PADI, PADO, PADR, PADS, and each login with its echo. */
const FRAMES = 4 + 2 * LOGINS.length;

function capture(lab: Lab, ...args: string[]) {
  const program = ["run", "-A", "--cached-only", "--quiet", MAIN, "capture"];
  const socket = ["--socket", `${lab.folder}/server.sock`];
  return lab.start({
    name: "capture",
    program: Deno.execPath(),
    args: [...program, ...socket, ...args],
  });
}

/** Resolves when a file has something. */
async function filled(path: string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    const size = await Deno.stat(path).then((stat) => stat.size, () => 0);
    if (size > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Nothing was written to "${path}"`);
}

async function dialAndLogIn(lab: Lab): Promise<void> {
  const host = lab.use(startTestClient("cust0"));
  const session = await host.dial({ hostUniq: Uint8Array.of(1, 2, 3) });
  for (const login of LOGINS) await session.echo(login);
}

Deno.test({
  name:
    `tshark reads a capture with interfaces and protocols, and finds no password in it${withoutTshark}`,
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: SESSION_ID }));
    await startProxyPair(lab);
    const [masked, plain] = [`${lab.folder}/masked.pcapng`, `${lab.folder}/plain.pcapng`];
    const both = capture(lab, "--write", masked, "--count", String(2 * FRAMES));
    const one = capture(lab, "-w", plain, "--secrets", "--side", "ac", "--count", String(FRAMES));
    await Promise.all([filled(masked), filled(plain)]);
    await dialAndLogIn(lab);
    for (const process of [both, one]) assertEquals((await process.status).code, 0);
    assertStringIncludes(both.output.entries.join("\n"), `Captured ${2 * FRAMES} frames`);
    assertEquals((await Deno.stat(masked)).mode ?? 0, 0o100600);

    const fields = ["frame.interface_name", "frame.protocols", "pppoe.code", "pppoe.session_id"];
    const frames = await readFields(masked, ...fields);
    const of = (side: string) => frames.filter(([name]) => name === `branch-1/${side}`);
    assertEquals(of("ac").length + of("customer").length, 2 * FRAMES);
    const id = "0x0777";
    const expected = [
      ["eth:ethertype:pppoed", "0x09", "0x0000"],
      ["eth:ethertype:pppoed", "0x07", "0x0000"],
      ["eth:ethertype:pppoed", "0x19", "0x0000"],
      ["eth:ethertype:pppoed", "0x65", id],
      ...["pap", "chap", "eap"].flatMap((protocol) => {
        const frame = [`eth:ethertype:pppoes:ppp:${protocol}`, "0x00", id];
        return [frame, frame];
      }),
    ];
    for (const side of ["ac", "customer"]) {
      assertEquals(of(side).map((it) => it.slice(1)), expected);
    }
    assertEquals(await malformed(masked), "");

    const names = await readFields(
      masked,
      "pap.peer_id",
      "pap.password",
      "chap.name",
      "eap.identity",
    );
    const said = new Set(names.flat().filter((it) => it !== ""));
    assertEquals([...said].sort(), ["*".repeat(PASSWORD.length), "*".repeat(NAME.length)]);
    const shown = await readFields(plain, "pap.password");
    assertEquals(shown.flat().filter((it) => it !== ""), [PASSWORD, PASSWORD]);
    const bytes = await Deno.readFile(masked);
    for (const secret of [NAME, PASSWORD, "0123456789abcdef"]) assert(!holds(bytes, utf8(secret)));

    const about = await runCommand("capinfos", masked);
    for (const fact of ["nanoseconds", "branch-1/ac", "branch-1/customer", "are masked"]) {
      assertStringIncludes(about, fact);
    }
  },
});
