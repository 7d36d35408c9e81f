/**
 * Runs inside the booted system as a service with root privileges: controls the unit with
 * systemctl(1) and prints a line of JSON for each step.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startTestAc } from "../../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../../lab/peers/test_client.ts";
import { runCommand } from "../../lab/process.ts";
import { until } from "../../until.ts";
import { documentedLines } from "./documented.ts";
import {
  attempt,
  property,
  runSteps,
  shell,
  type Steps,
  untilCarried,
  untilRestarted,
  untilShown,
} from "./steps.ts";

const PROGRAM = "/usr/local/bin/pppoe-proxy";
const FOLDER = "/etc/pppoe-proxy";
const SERVER = "pppoe-proxy";
const CLIENT = "pppoe-proxy@client";
const SERVER_FILE = `${FOLDER}/pppoe-proxy.toml`;
/** The folder that the README's lines start from: the clone. */
const CLONE = "/opt/lab/project";
const README = documentedLines("README.md", "Under systemd");
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
/** linux/capability.h */
const CAP_NET_RAW = 1 << 13;

const CONFIG = {
  "pppoe-proxy": `mode = "server"\nstate_dir = "/var/lib/pppoe-proxy"
[interface]\nname = "wan0"
[tunnel]\nlisten = "127.0.0.1:8443"\ncertificate = "server.crt"\nkey = "server.key"
[[clients]]\nname = "branch-1"\nsecret_file = "branch-1.secret"\n`,
  client: `mode = "client"\nstate_dir = "/var/lib/pppoe-proxy/client"
[interface]\nname = "lan0"
[tunnel]\nconnect = ["127.0.0.1:8443"]\nserver_certificate = "server.crt"
name = "branch-1"\nsecret_file = "branch-1.secret"\n`,
};

let session: DialedSession;

async function install(): Promise<void> {
  await shell(`install -m 755 /run/lab/out/pppoe-proxy ${PROGRAM}`);
  for (const line of README.filter((line) => line.startsWith("install "))) {
    await shell(line, { folder: CLONE });
  }
  await runCommand(PROGRAM, "keygen", "certificate", "--name", "localhost", "--out-dir", FOLDER);
  await runCommand(PROGRAM, "keygen", "secret", `${FOLDER}/branch-1.secret`);
  for (const [name, text] of Object.entries(CONFIG)) {
    await Deno.writeTextFile(`${FOLDER}/${name}.toml`, text);
  }
  await runCommand("chown", "-R", "pppoe-proxy:pppoe-proxy", FOLDER);
  // The watchdog timeout of the unit is too long for a test; a healthy process must meet this one.
  const drop = `/etc/systemd/system/${CLIENT}.service.d`;
  await Deno.mkdir(drop, { recursive: true });
  await Deno.writeTextFile(`${drop}/short.conf`, "[Service]\nWatchdogSec=6\n");
  await runCommand("systemctl", "daemon-reload");
}

async function start(): Promise<void> {
  for (const line of README.filter((line) => line.startsWith("systemctl "))) await shell(line);
  await shell(`systemctl start ${CLIENT}`);
  for (const unit of [SERVER, CLIENT]) assertEquals(await property(unit, "ActiveState"), "active");
  await untilShown(SERVER, "StatusText", /^1 client connected, 0 sessions$/);
  startTestAc({ interface: "ac0", name: "lab-ac" });
  session = await startTestClient("cust0").dial();
  await session.echo(PAYLOAD);
}

async function status(): Promise<void> {
  await untilShown(SERVER, "StatusText", /^1 client connected, 1 session$/);
  assertStringIncludes(await runCommand("systemctl", "status", SERVER), "1 session");
  const pid = await property(SERVER, "MainPID");
  const about = await Deno.readTextFile(`/proc/${pid}/status`);
  const [, effective] = /^CapEff:\t(\w+)$/m.exec(about) ?? [];
  assertEquals(Number(`0x${effective}`), CAP_NET_RAW);
  assert(!/^Uid:\t0/m.test(about), about);
  assertEquals(await Deno.readLink(`/proc/${pid}/exe`), PROGRAM);
  const shell = await attempt("nsenter", "--mount", "--target", pid, "/bin/sh", "-c", "true");
  assertStringIncludes(shell.text, "Permission denied");
  const { code, text } = await attempt(PROGRAM, "status", "--config", SERVER_FILE);
  assertEquals(code, 0, text);
}

async function reload(): Promise<void> {
  const file = SERVER_FILE;
  await Deno.writeTextFile(file, `${CONFIG["pppoe-proxy"]}[limits]\nsessions = 77\n`);
  await runCommand("systemctl", "reload", SERVER);
  assertMatch(await runCommand(PROGRAM, "status", "--config", file), /limit 77\b/);
  await Deno.writeTextFile(file, `${CONFIG["pppoe-proxy"]}[limits]\nsesions = 1\n`);
  const { code } = await attempt("systemctl", "reload", SERVER);
  assert(code !== 0, "an invalid configuration is refused");
  assertEquals(await property(SERVER, "ActiveState"), "active");
  await Deno.writeTextFile(file, CONFIG["pppoe-proxy"]);
  await session.echo(PAYLOAD);
}

async function kill(): Promise<void> {
  const before = await property(SERVER, "MainPID");
  await runCommand("systemctl", "kill", "--signal", "KILL", SERVER);
  await untilRestarted(SERVER, before);
  await untilCarried(session, PAYLOAD);
}

async function idleTimeout(): Promise<void> {
  const before = await property(CLIENT, "MainPID");
  await runCommand("systemctl", "kill", "--signal", "STOP", CLIENT);
  await untilRestarted(CLIENT, before);
  await untilLogged(CLIENT, /Watchdog timeout|status=6\/ABRT|result 'watchdog'/);
  await untilCarried(session, PAYLOAD);
}

async function refused(): Promise<void> {
  const unit = "pppoe-proxy@refused";
  const text = CONFIG["pppoe-proxy"].replace("server.key", "nosuch.key").replace("8443", "8444");
  await Deno.writeTextFile(`${FOLDER}/refused.toml`, text);
  const { code } = await attempt("systemctl", "start", unit);
  assert(code !== 0, "systemctl reports that it did not start");
  assertEquals(await untilShown(unit, "ActiveState", /^failed$/), "failed");
  // RestartSec= is 1 s.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assertEquals(await property(unit, "ActiveState"), "failed");
  assertEquals(await property(unit, "ExecMainStatus"), "78");
  assertEquals(await property(unit, "NRestarts"), "0");
}

async function journal(unit: string, ...options: string[]): Promise<string> {
  return await runCommand("journalctl", "--no-pager", "-u", unit, ...options);
}

/** Waits until the unit's journal has a matching line; journald is behind on a busy machine. */
async function untilLogged(unit: string, wanted: RegExp): Promise<void> {
  await until(async () => wanted.test(await journal(unit)), () => `${wanted} in the journal`);
}

async function stop(): Promise<void> {
  await runCommand("systemctl", "stop", CLIENT, SERVER);
  for (const unit of [CLIENT, SERVER]) {
    assertEquals(await property(unit, "ActiveState"), "inactive");
    assertEquals(await property(unit, "Result"), "success");
    assertEquals(await property(unit, "ExecMainStatus"), "0");
  }
}

async function logged(): Promise<void> {
  const lines = (await journal(SERVER, "-o", "json", "-t", "pppoe-proxy")).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line));
  const of = (word: string) => records.find(({ MESSAGE }) => String(MESSAGE).includes(word));
  assertEquals(of("ready")?.PRIORITY, "6");
  assertEquals(of("reload failed")?.PRIORITY, "3");
}

/** Runs `pppoe-proxy service` with these words; returns its output. */
async function service(...words: string[]): Promise<string> {
  return await runCommand(PROGRAM, "service", ...words);
}

async function serviceRefuses(reason: string): Promise<void> {
  const { code, text } = await attempt(PROGRAM, "service", "install", "--now");
  assertEquals(code, 1, text);
  assertStringIncludes(text, reason);
}

async function installService(): Promise<void> {
  await serviceRefuses("exists, and this command has not written it");
  for (const name of ["pppoe-proxy", "pppoe-proxy@"]) {
    await Deno.remove(`/etc/systemd/system/${name}.service`).catch(() => {});
  }
  await Deno.remove("/usr/lib/sysusers.d/pppoe-proxy.conf");
  await Deno.remove(FOLDER, { recursive: true });
  const packaged = "/usr/lib/systemd/system/pppoe-proxy.service";
  await Deno.writeTextFile(packaged, "");
  await serviceRefuses("A package owns the service");
  await Deno.remove(packaged);
  await serviceRefuses('there is no "/etc/pppoe-proxy/pppoe-proxy.toml"');
  await runCommand(PROGRAM, "init", "server", "-i", "wan0", "--address", "127.0.0.1:8443");
  await service("install", "--now");
  assertEquals(await property("pppoe-proxy", "ActiveState"), "active");
  assertEquals(await property("pppoe-proxy", "UnitFileState"), "enabled");
  const shown = await service("status");
  assertStringIncludes(shown, "unit: active (running), starts with the machine\n");
  assertStringIncludes(shown, "daemon: server, ready");
}

async function removeService(): Promise<void> {
  const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);
  assertStringIncludes(await service("uninstall"), `Kept "${FOLDER}"`);
  assertEquals(await property("pppoe-proxy", "LoadState"), "not-found");
  assertEquals(await property("pppoe-proxy", "ActiveState"), "inactive");
  assertEquals(await isThere(`${FOLDER}/pppoe-proxy.toml`), true);
  assertEquals((await attempt(PROGRAM, "service", "uninstall")).code, 1);
  await service("install");
  await service("uninstall", "--purge");
  for (const path of [FOLDER, "/var/lib/pppoe-proxy"]) assertEquals(await isThere(path), false);
}

/** The steps, in order. */
export const STEPS: Steps = {
  "the README's lines install the units and the user, and keygen makes the keys": install,
  "start returns once the daemon is ready, and a customer opens a session": start,
  "status shows sessions; the daemon runs as its user with one capability and cannot exec": status,
  "reload applies a valid configuration and refuses an invalid one": reload,
  "after kill -9 the daemon is restarted and the session continues": kill,
  "the watchdog ends a hung process, and the session continues": idleTimeout,
  "P4: a refused configuration exits with 78 and is not retried": refused,
  "stop shuts it down cleanly": stop,
  "the journal has log lines with their priorities": logged,
  "service install runs what init has written, and refuses the units of others": installService,
  "service uninstall keeps configuration and state, and --purge removes them": removeService,
};

if (import.meta.main) await runSteps(STEPS);
