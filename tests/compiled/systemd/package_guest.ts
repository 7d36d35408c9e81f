/**
 * Runs inside the booted system, where nothing of pppoe-proxy is installed: follows the lines of the
 * README's "Install it" with real packages, then does the same with RPM packages.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCommand } from "../../lab/process.ts";
import { type CustomerLine, dialLine, dialTestLine } from "./customer_line.ts";
import { documentedLines, packageVersions } from "./documented.ts";
import { attempt, property, runSteps, shell, type Steps, untilShown } from "./steps.ts";

const PACKAGES = "/run/lab/out";
const FOLDER = "/etc/pppoe-proxy";
const STATE = "/var/lib/pppoe-proxy";
const SERVER = "pppoe-proxy.service";
const CLIENT = "pppoe-proxy@client.service";
const SECRET = "branch-1.secret";
const [VERSION, NEXT_VERSION] = packageVersions();
const README = documentedLines("README.md", "Install it");
const CREDENTIAL = documentedLines("docs/install.md", "A secret that only root can read");

/**
 * The client's /etc/pppoe-proxy. It is an instance on the machine of the server, and this directory
 * in place of the server's makes it a machine of its own to `init` and to the daemon.
 */
const CLIENT_FOLDER = "/srv/client";
const AS_CLIENT =
  `mount --bind ${CLIENT_FOLDER} ${FOLDER}; export PPPOE_PROXY_CONFIG=${FOLDER}/client.toml`;
/** What is typed at the questions of `init server` and `init client`; "" takes the suggestion. */
const SERVER_ANSWERS = ["wan0", "127.0.0.1:8443", "branch-1", ""];
const CLIENT_ANSWERS = ["lan0", "", ""];

let line: CustomerLine;

/** Runs a line in the folder of the packages. */
async function run(line: string, typed?: string[]): Promise<string> {
  return await shell(line, { folder: PACKAGES, typed });
}

/** The README's line that starts with these words. */
function readme(start: string, nth = 0): string {
  const line = README.filter((text) => text.startsWith(start))[nth];
  if (line === undefined) throw new Error(`The README has no line "${start}…"`);
  return line;
}

/** Ids of the units' main processes; "0" is none. */
async function pids(): Promise<string[]> {
  return await Promise.all([SERVER, CLIENT].map((unit) => property(unit, "MainPID")));
}

async function enabled(): Promise<string[]> {
  const texts = await Promise.all(
    [SERVER, CLIENT].map((unit) => attempt("systemctl", "is-enabled", unit)),
  );
  return texts.map(({ text }) => text.trim().split("\n")[0]);
}

async function nothingRuns(): Promise<void> {
  const listing = await runCommand(
    ...["systemctl", "list-units", "--plain", "--no-legend", "--state=active,activating"] as const,
    "pppoe-proxy*.service",
  );
  assertEquals(listing.trim(), "");
}

/** Modes and owners of the directories that a package makes. */
async function directories(): Promise<string> {
  return (await runCommand("stat", "--format=%a %U %G", FOLDER, STATE)).trim();
}

async function install(): Promise<void> {
  // Containers and images forbid services by it, so that a package restarts nothing.
  await Deno.remove("/usr/sbin/policy-rc.d").catch(() => undefined);
  await Deno.writeTextFile("/etc/apt/apt.conf.d/99lab", 'APT::Get::Assume-Yes "true";\n');
  await run(readme("apt install"));
  assertEquals(await directories(), "750 root pppoe-proxy\n700 pppoe-proxy pppoe-proxy");
  assertEquals(await enabled(), ["disabled", "disabled"]);
  await nothingRuns();
  assertStringIncludes(await runCommand("pppoe-proxy", "version"), "pppoe-proxy ");
  assertEquals(
    (await runCommand("man", "-w", "pppoe-proxy")).trim().split("/").at(-1),
    "pppoe-proxy.8.gz",
  );
}

/** Writes the server's configuration under a name, with a change. */
async function changeServer(name: string, from: RegExp, to: string): Promise<void> {
  const before = await Deno.readTextFile(`${FOLDER}/pppoe-proxy.toml`);
  const text = before.replace(from, to);
  assert(text !== before, `${from} in ${before}`);
  await Deno.writeTextFile(`${FOLDER}/${name}.toml`, text);
}

async function configure(): Promise<void> {
  const said = await run(readme("pppoe-proxy init server"), SERVER_ANSWERS);
  assertStringIncludes(said, `Next: pppoe-proxy check && ${readme("systemctl enable")}`);
  await run(`mv ${FOLDER}/branch-1.bundle .`);
  await run(`install -d -m 750 -o root -g pppoe-proxy ${CLIENT_FOLDER}`);
  const init = readme("pppoe-proxy init client");
  await run(`unshare --mount sh -ec '${AS_CLIENT}; ${init}'`, CLIENT_ANSWERS);
  await dropIn(CLIENT, ["[Service]", `BindReadOnlyPaths=${CLIENT_FOLDER}:${FOLDER}`]);
}

/** Replaces the server's secret by a credential, as the manual describes. */
async function useCredential(): Promise<void> {
  const setting = CREDENTIAL.find((text) => text.startsWith("secret_file")) ?? "";
  await changeServer("pppoe-proxy", /^secret_file = .*$/m, setting);
  await Deno.chown(`${FOLDER}/${SECRET}`, 0, 0);
  await Deno.chmod(`${FOLDER}/${SECRET}`, 0o600);
  const load = CREDENTIAL.filter((line) => /^\[Service\]|^LoadCredential=/.test(line));
  assertEquals(load.length, 2);
  await dropIn(SERVER, load);
  await run("systemctl restart pppoe-proxy");
  await line.carried();
}

/** Writes what `systemctl edit` would, and has systemd read it. */
async function dropIn(unit: string, lines: readonly string[]): Promise<void> {
  const folder = `/etc/systemd/system/${unit}.d`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/override.conf`, `${lines.join("\n")}\n`);
  await runCommand("systemctl", "daemon-reload");
}

async function start(dial: () => Promise<CustomerLine>): Promise<void> {
  const command = readme("systemctl enable");
  await run(command);
  await run(command.replace(/pppoe-proxy$/, "pppoe-proxy@client"));
  assertEquals(await enabled(), ["enabled", "enabled"]);
  await untilShown(SERVER, "StatusText", /^1 client connected, 0 sessions$/);
  assertMatch(await run(readme("pppoe-proxy status")), /^branch-1 +up /m);
  line = await dial();
  await line.carried();
}

async function refused(): Promise<void> {
  const unit = "pppoe-proxy@refused";
  await changeServer("refused", /server\.key/, "nosuch.key");
  const { code } = await attempt("systemctl", "start", unit);
  assert(code !== 0, "systemctl reports that it did not start");
  // A unit that systemd is about to restart would be "activating" and "auto-restart".
  const facts = ["ActiveState", "SubState", "ExecMainStatus", "NRestarts"];
  const values = await Promise.all(facts.map((name) => property(unit, name)));
  assertEquals(values, ["failed", "failed", "78", "0"]);
  await Deno.remove(`${FOLDER}/refused.toml`);
}

/** Runs an upgrade; the session stays, under new processes. */
async function upgraded(command: string): Promise<void> {
  const before = await pids();
  const files = await runCommand("sh", "-c", `sha256sum ${FOLDER}/* ${CLIENT_FOLDER}/*`);
  await run(command);
  const after = await pids();
  assert(after.every((pid, at) => pid !== "0" && pid !== before[at]), `${before} → ${after}`);
  await line.carried();
  assertEquals(await runCommand("sh", "-c", `sha256sum ${FOLDER}/* ${CLIENT_FOLDER}/*`), files);
  assertEquals(await enabled(), ["enabled", "enabled"]);
}

async function upgrade(): Promise<void> {
  await upgraded(readme("apt install", 1));
  const version = await runCommand(
    "dpkg-query",
    "--show",
    "--showformat=${Version}",
    "pppoe-proxy",
  );
  assertEquals(version, NEXT_VERSION);
}

/** What a removal leaves: no session, nothing that runs or is enabled, and the files of the user. */
async function removed(command: string): Promise<void> {
  await run(command);
  await line.ended();
  await line[Symbol.asyncDispose]();
  await nothingRuns();
  const links = ["/etc/systemd/system", "-type", "l", "-name", "pppoe-proxy*"];
  assertEquals(await runCommand("find", ...links), "");
  assertEquals((await attempt("pppoe-proxy", "version").catch(() => undefined))?.code, undefined);
  assert(Deno.statSync(`${FOLDER}/pppoe-proxy.toml`).isFile);
  assert(Deno.statSync(`${STATE}/sessions.db`).isFile);
}

async function remove(): Promise<void> {
  await removed(readme("apt remove"));
}

async function purge(): Promise<void> {
  const said = await run("apt purge pppoe-proxy");
  assertStringIncludes(said, `Left in place: ${FOLDER}, which has your configuration and keys.`);
  assertStringIncludes(said, "Left in place: the user and group pppoe-proxy");
  assert(Deno.statSync(`${FOLDER}/pppoe-proxy.toml`).isFile);
  for (const path of [STATE, "/run/pppoe-proxy"]) {
    assertEquals((await attempt("test", "-e", path)).code, 1, path);
  }
}

const RPM = "rpm --dbpath /tmp/rpm --nodeps";

async function rpm(): Promise<void> {
  await run(`${RPM} --install pppoe-proxy-${VERSION}-1.x86_64.rpm`);
  assertEquals(await directories(), "750 root pppoe-proxy\n700 pppoe-proxy pppoe-proxy");
  assertEquals(await enabled(), ["disabled", "disabled"]);
  await nothingRuns();
  await start(dialTestLine);
  await upgraded(`${RPM} --upgrade pppoe-proxy-${NEXT_VERSION}-1.x86_64.rpm`);
  await removed(`${RPM} --erase pppoe-proxy`);
}

/** Hides systemd and its tools, forbids services, and installs and purges the package. */
const WITHOUT_SYSTEMD = `set -e
cp ${PACKAGES}/pppoe-proxy_${VERSION}_amd64.deb /tmp/
userdel pppoe-proxy
rm -r ${FOLDER} ${STATE}
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
mount -t tmpfs tmpfs /run
for tool in systemctl systemd-sysusers systemd-tmpfiles; do mount --bind /dev/null /usr/bin/$tool; done
! command -v systemd-sysusers
dpkg --install /tmp/pppoe-proxy_${VERSION}_amd64.deb
stat --format='%a %U %G' ${FOLDER} ${STATE}
getent passwd pppoe-proxy
dpkg --purge pppoe-proxy
[ ! -e ${FOLDER} ]
[ ! -e ${STATE} ]`;

async function withoutSystemd(): Promise<void> {
  await Deno.writeTextFile("/tmp/without_systemd.sh", WITHOUT_SYSTEMD);
  const said = await run("unshare --mount sh /tmp/without_systemd.sh");
  assertStringIncludes(said, "750 root pppoe-proxy\n700 pppoe-proxy pppoe-proxy\n");
  assertStringIncludes(said, `:${STATE}:/usr/sbin/nologin`);
}

/** The steps, in order. */
export const STEPS: Steps = {
  "apt installs the package; nothing is enabled and nothing runs": install,
  "init asks at a terminal, and writes the configuration and keys of both ends": configure,
  "enabled and started, both ends carry a session": () => start(dialLine),
  "a credential of systemd leaves the secret with root, and the session stays": useCredential,
  "P4: a refused configuration exits with 78 and is not retried": refused,
  "an upgrade restarts both ends, and the session stays": upgrade,
  "removal ends the session and disables the units; configuration and state stay": remove,
  "purging removes the state, and says what it leaves": purge,
  "rpm installs, upgrades with the session, and removes": rpm,
  "the package installs and purges without systemd": withoutSystemd,
};

if (import.meta.main) await runSteps(STEPS);
