import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withDaemon, type World } from "../admin/daemon.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";
import { pppoeProxy, withFolder } from "./process.ts";

/** Commands that talk to a daemon, with the arguments that they need. */
const REMOTE: string[][] = [
  ["status"],
  ["status", "--watch"],
  ["sessions"],
  ["sessions", "branch-1.1"],
  ["clients"],
  ["events"],
  ["logs"],
  ["history"],
  ["kick", "branch-1.1"],
  ["padt", "--mac", "02:00:00:00:00:01", "--session-id", "1"],
  ["drain"],
  ["drain", "--off"],
  ["reload"],
  ["log-level"],
  ["log-level", "debug"],
  ["capture", "--write", "/dev/null", "--seconds", "1"],
];

/** Writes a second configuration with the daemon's file name and socket, in another directory. */
async function writeNamesake(folder: string, { socket }: World): Promise<string> {
  const file = `${folder}/daemon.toml`;
  await Deno.writeTextFile(file, `mode = "server"\n[admin]\nsocket = "${socket}"\n`);
  return file;
}

Deno.test("P3: a command with another configuration sends no request to a daemon on the same socket", () =>
  withFolder((folder) =>
    withDaemon({}, async (world) => {
      const { daemon } = world;
      const other = await writeNamesake(folder, world);
      const before = daemon.monitor.events.latest;
      for (const [command, ...rest] of REMOTE) {
        const outcome = await pppoeProxy([command, "-c", other, ...rest]);
        assertEquals([command, outcome.code, outcome.stdout], [command, 3, ""]);
        assertStringIncludes(outcome.stderr, `"${daemon.config().file}", not "${other}"`);
      }
      assertEquals([daemon.draining, daemon.monitor.events.latest], [false, before]);
    })
  ));

Deno.test("P3: the daemon's configuration is recognised by any path that leads to it", () =>
  withDaemon({}, async ({ daemon, socket }) => {
    const { file } = daemon.config();
    const folder = file.slice(0, file.lastIndexOf("/"));
    await Deno.writeTextFile(file, `mode = "server"\n[admin]\nsocket = "${socket}"\n`);
    await Deno.symlink(file, `${folder}/link.toml`);
    await Deno.link(file, `${folder}/hard.toml`); // as a bind mount, it has the same inode
    for (const name of ["daemon.toml", "./daemon.toml", "link.toml", "hard.toml"]) {
      assertEquals((await pppoeProxy(["status", "-c", `${folder}/${name}`])).code, 0, name);
    }
    await Deno.copyFile(file, `${folder}/copy.toml`);
    assertEquals((await pppoeProxy(["status", "-c", `${folder}/copy.toml`])).code, 3);
  }));

/**
 * Runs the program piped into `reader`; returns its output, exit code and duration in milliseconds.
 * timeout(1) kills the whole pipeline: processes that are left would keep the output open.
 */
async function pipe(args: string[], reader: string) {
  const { program, args: words } = pppoeProxyCommand(...args);
  const quoted = [program, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const begun = performance.now();
  const script = `${quoted} | ${reader}; echo "code \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await new Deno.Command("timeout", {
    args: ["--kill-after=1", "60", "bash", "-c", script],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder("latin1");
  const took = performance.now() - begun;
  return { text: decoder.decode(stdout), errors: decoder.decode(stderr), took };
}

Deno.test("P5: endless commands end when the reader of stdout closes, even while they are idle", () =>
  withDaemon({}, async ({ socket, daemon }) => {
    const endless: [string[], string][] = [
      [["status", "--watch", "--interval", "100ms"], "head -3"],
      [["status", "--watch", "--interval", "10m"], "head -3"],
      [["status", "--watch", "--json", "--interval", "100ms"], "head -2"],
      [["status", "--watch", "--json", "--interval", "10m"], "head -1"],
      [["events", "--follow"], "true"],
      [["logs", "--follow"], "true"],
      // No frames pass here, so no write could fail. A section header block has at least 28 bytes.
      [["capture", "--write", "-"], "head -c 28"],
      [["capture", "--write=/dev/stdout"], "head -c 28"],
      [["capture", "--write", "-"], "true"],
    ];
    for (const [[command, ...args], reader] of endless) {
      const { text, errors } = await pipe([command, "-s", socket, ...args], reader);
      assertEquals([args, errors, text.endsWith("code 0\n")], [args, "", true]);
    }
    assertEquals((await daemon.captures()).size, 0);
  }));

Deno.test("P5: a capture into a file continues after the reader of stdout has closed", () =>
  withFolder((folder) =>
    withDaemon({}, async ({ socket }) => {
      const file = `${folder}/x.pcapng`;
      const args = ["capture", "-s", socket, "--write", file, "--seconds", "2"];
      const { errors, took } = await pipe(args, "true");
      assertStringIncludes(errors, "Captured 0 frames");
      assert(took > 2_000);
      assert((await Deno.stat(file)).size > 0);
    })
  ));

Deno.test("T7: the read-only socket answers queries, and refuses changes with an explanation", () =>
  withDaemon({ admin: 'read_socket = "daemon.read.sock"' }, async ({ socket, daemon }) => {
    const reading = socket.replace(/sock$/, "read.sock");
    assertEquals((await pppoeProxy(["status", "-s", reading])).code, 0);
    for (const args of [["drain"], ["kick", "branch-1.1"], ["capture", "--write", "/dev/null"]]) {
      const { code, stderr } = await pppoeProxy([...args, "-s", reading]);
      assertEquals(code, 1);
      assertStringIncludes(stderr, "Read-only access");
    }
    assertEquals(daemon.draining, false);
  }));
