import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BlockSplitter } from "../../src/capture/blocks.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../lab/peers/test_client.ts";
import { type LabProcess, runCommand } from "../lab/process.ts";
import { startProxyPair } from "../lab/proxy_pair.ts";
import { type CommandLine, pppoeProxyCommand } from "../lab/shipped.ts";
import { needing } from "../needs.ts";
import { until } from "../until.ts";
import { chapValue, eap, holds, papRequest, utf8 } from "./frames.ts";
import { readPcapng } from "./read_pcapng.ts";
import { malformed, readFields } from "./tshark.ts";

const ignore = !insideLab();
const SESSION_ID = 0x0777;
const [NAME, PASSWORD] = ["customer@isp.example", "hunter2-hunter2"];
const LOGINS = [
  papRequest(NAME, PASSWORD),
  chapValue(2, utf8("0123456789abcdef"), NAME),
  eap(2, 1, utf8(NAME)),
];
/** Frames on one side: PADI, PADO, PADR, PADS, and each login with its echo. */
const FRAMES = 4 + 2 * LOGINS.length;

function commandLine(lab: Lab, ...args: string[]): CommandLine {
  return pppoeProxyCommand("capture", "--socket", `${lab.folder}/server.sock`, ...args);
}

function capture(lab: Lab, ...args: string[]): LabProcess {
  return lab.start({ name: "capture", ...commandLine(lab, ...args) });
}

/** Resolves when a file is not empty. */
async function filled(path: string): Promise<void> {
  await until(
    () => Deno.stat(path).then(({ size }) => size > 0, () => false),
    () => `"${path}" is still empty`,
  );
}

/** Resolves when a file has `count` frames. */
async function frames(path: string, count: number): Promise<void> {
  await until(async () => {
    // A block may be read while it is being written.
    const whole = new BlockSplitter().take(await Deno.readFile(path));
    return readPcapng(whole).packets.length >= count;
  }, () => `"${path}" has fewer than ${count} frames`);
}

async function dialAndLogIn(lab: Lab): Promise<DialedSession> {
  const host = lab.use(startTestClient("cust0"));
  const session = await host.dial({ hostUniq: Uint8Array.of(1, 2, 3) });
  for (const login of LOGINS) await session.echo(login);
  return session;
}

Deno.test(needing(["tshark", "capinfos"], {
  name: `tshark reads interfaces and protocols from a capture, and finds no password in it`,
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
}));

Deno.test(needing(["tshark", "capinfos"], {
  name: `a configured ring is written from startup to the last PADT, and a reload ends it`,
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: SESSION_ID }));
    const table = '[capture]\ndirectory = "frames"\nfile_size = "64KiB"\nfiles = 3\nside = "ac"\n';
    const { server, client } = await startProxyPair(lab, { server: table, client: table });
    const session = await dialAndLogIn(lab);
    const data = Uint8Array.from({ length: 1_400 }, (_, i) => i < 2 ? [0, 0x21][i] : 7);
    for (let i = 0; i < 200; i++) await session.echo(data);

    const config = await Deno.readTextFile(`${lab.folder}/branch-1.toml`);
    await lab.write("branch-1.toml", config.replace(/^directory.*$/m, ""));
    client.signal("SIGHUP");
    await client.waitForLine(/reloaded.*capture\.directory/);
    await server.stop();
    await session.ended;

    const folder = `${lab.folder}/frames`;
    assertEquals((await Deno.stat(folder)).mode, 0o040700);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const of = (stem: string) => names.filter((name) => name.startsWith(`${stem}_`));
    assertEquals([of("server").length, of("branch-1").length, names.length], [3, 3, 6]);
    for (const name of names) {
      const { mode, size } = await Deno.stat(`${folder}/${name}`);
      assertEquals([mode, size <= 64 * 1024], [0o100600, true]);
      assert(!holds(await Deno.readFile(`${folder}/${name}`), utf8(PASSWORD)));
    }
    const last = async (stem: string) =>
      (await readFields(`${folder}/${of(stem)[2]}`, "frame.interface_name", "pppoe.code")).at(-1);
    assertEquals(await last("server"), ["branch-1/ac", "0xa7"]);
    assertEquals((await last("branch-1"))?.[1], "0x00"); // its ring had already ended
  },
}));

Deno.test(needing(["tshark", "capinfos"], {
  name: `a capture to stdout can be piped, and a capture beyond the limit is refused`,
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: SESSION_ID }));
    await startProxyPair(lab);
    const all = Array.from({ length: 3 }, (_, i) => `${lab.folder}/${i}.pcapng`);
    const running = all.map((path) => capture(lab, "--write", path));
    const count = ["--count", String(2 * FRAMES)];
    const shell = `"$@" | tshark -r - -n -Q -l -T fields -e frame.interface_name`;
    const { program, args } = commandLine(lab, "--write", "-", ...count);
    const piped = lab.start({
      name: "pipe",
      program: "sh",
      args: ["-c", shell, "sh", program, ...args],
    });
    await Promise.all(all.map(filled));
    await untilRefused(lab);

    await dialAndLogIn(lab);
    assertEquals((await piped.status).code, 0);
    const lines = piped.output.entries;
    assertEquals(lines.filter((line) => line.startsWith("branch-1/")).length, 2 * FRAMES);
    await frames(all[0], 2 * FRAMES);
    running[0].signal("SIGINT");
    assertEquals((await running[0].status).code, 0);
    assertEquals((await readFields(all[0], "frame.number")).length, 2 * FRAMES);
    const again = capture(lab, "--write", all[0]);
    assertEquals((await again.status).code, 1);
    assertStringIncludes(again.output.entries.join("\n"), "it exists and is not overwritten");
  },
}));

/** Resolves when the limit of captures is reached, so that one more is refused. */
async function untilRefused(lab: Lab): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const one = capture(lab, "--write", `${lab.folder}/try-${tries}.pcapng`, "--seconds", "1");
    if ((await one.status).code === 0) continue;
    return assertStringIncludes(one.output.entries.join("\n"), "Limit of 4 captures reached");
  }
  throw new Error("No capture was refused");
}

Deno.test(needing(["tshark", "capinfos"], {
  name: `on a full disk a ring stops with a log line, and frames are still forwarded`,
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: SESSION_ID }));
    const folder = `${lab.folder}/small`;
    await Deno.mkdir(folder);
    await runCommand("mount", "-t", "tmpfs", "-o", "size=128k,mode=0700", "tmpfs", folder);
    lab.use({ [Symbol.asyncDispose]: async () => void await runCommand("umount", folder) });
    const table = '[capture]\ndirectory = "small"\nfile_size = "1MiB"\n';
    const { server } = await startProxyPair(lab, { server: table });
    const session = await dialAndLogIn(lab);
    const data = Uint8Array.from({ length: 1_400 }, (_, i) => i < 2 ? [0, 0x21][i] : 7);
    for (let i = 0; i < 100; i++) await session.echo(data);
    await server.waitForLine(/capture stopped.*No space left/);
    await session.echo(data);
    await server.stop();
  },
}));
