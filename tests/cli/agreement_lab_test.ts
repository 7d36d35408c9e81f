import { assertEquals, assertStringIncludes } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { freePort } from "../free_port.ts";
import { makeSecrets, ready, startDaemon } from "../lab/proxy_pair.ts";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { canBecomePlainUser } from "../lab/plain_user.ts";
import { pppoeProxy } from "./process.ts";

const EX_CONFIG = 78;
const STRANGER = 1_234;

/** A fault in the setup of a server that could run without it. */
interface Fault {
  /** Text of the configuration and its replacement. */
  change?: [string, string];
  prepare?: (folder: string) => Promise<unknown>;
  /** Part of the message, the same for all commands. */
  words: string;
  env?: Record<string, string>;
}

const chmod = (name: string, mode: number) => (folder: string) =>
  Deno.chmod(`${folder}/${name}`, mode);

async function state(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/state`, { mode: 0o700 });
}

const STATE: [string, string] = ['mode = "server"', 'mode = "server"\nstate_dir = "state"'];
const CAPTURE: [string, string] = ["[[clients]]", '[capture]\ndirectory = "cap"\n[[clients]]'];

const FAULTS: Record<string, Fault> = {
  "a readable key": { prepare: chmod("server.key", 0o644), words: 'chmod 600 "' },
  "a writable certificate": { prepare: chmod("server.crt", 0o666), words: "chmod go-w" },
  "a readable secret": { prepare: chmod("branch-1.secret", 0o640), words: "(mode 0640)" },
  "a world-writable configuration": {
    prepare: chmod("server.toml", 0o666),
    words: "chmod o-w",
  },
  "a TLS key log file": { env: { SSLKEYLOGFILE: "/dev/null" }, words: "SSLKEYLOGFILE" },
  "a secret of zeros": {
    prepare: (folder) => Deno.writeTextFile(`${folder}/branch-1.secret`, "0".repeat(64)),
    words: "its bytes repeat",
  },
  "a key of another certificate": {
    prepare: (folder) => Deno.copyFile(`${folder}/other/server.key`, `${folder}/server.key`),
    words: "server.key",
  },
  "a world-writable state directory": {
    change: STATE,
    prepare: async (folder) => {
      await state(folder);
      await Deno.chmod(`${folder}/state`, 0o777);
    },
    words: "others can write it (mode 0777)",
  },
  "a session database that is a symbolic link": {
    change: STATE,
    prepare: async (folder) => {
      await state(folder);
      await Deno.symlink("/etc/hostname", `${folder}/state/sessions.db`);
    },
    words: "is a symbolic link, which is not followed",
  },
  "a lock file that is a symbolic link": {
    change: STATE,
    prepare: async (folder) => {
      await state(folder);
      await Deno.symlink(`${folder}/elsewhere`, `${folder}/state/sessions.lock`);
    },
    words: "is a symbolic link, which is not followed",
  },
  "a state directory that cannot be created": {
    change: [STATE[0], STATE[1].replace('"state"', '"/proc/none/x"')],
    words: "cannot be created",
  },
  "a readable capture directory": {
    change: CAPTURE,
    prepare: (folder) => Deno.mkdir(`${folder}/cap`, { mode: 0o755 }),
    words: "chmod 700",
  },
  "a token of zeros": {
    change: ["[[clients]]", '[admin]\ntoken_file = "t"\n[[clients]]'],
    prepare: (folder) => Deno.writeTextFile(`${folder}/t`, "0".repeat(64), { mode: 0o600 }),
    words: "its bytes repeat",
  },
  "an admin socket that others can replace": {
    change: ["[[clients]]", '[admin]\nsocket = "open/a.sock"\n[[clients]]'],
    prepare: async (folder) => {
      await Deno.mkdir(`${folder}/open`);
      await Deno.chmod(`${folder}/open`, 0o777);
    },
    words: "can replace it through write access to",
  },
  "an invalid configuration": {
    change: ['mode = "server"', 'mode = "servre"'],
    words: 'did you mean "server"?',
  },
};

const OWNED: Record<string, Fault> = Object.fromEntries(
  ["server.key", "server.crt", "branch-1.secret"].map((name) => [
    `${name} owned by another user`,
    {
      prepare: (folder: string) => Deno.chown(`${folder}/${name}`, STRANGER, STRANGER),
      words: `another user (uid ${STRANGER})`,
    },
  ]),
);

/** Opens a lab with the files that `configure` starts from, and the secrets of clients. */
async function openGood(clients: string[]): Promise<Lab> {
  const lab = await Lab.open();
  await lab.cable("wan0", "ac0");
  await makeSecrets(lab, clients);
  await Deno.mkdir(`${lab.folder}/good`);
  for (const name of ["server.key", "server.crt", "branch-1.secret"]) {
    await Deno.copyFile(`${lab.folder}/${name}`, `${lab.folder}/good/${name}`);
  }
  return lab;
}

async function configure(lab: Lab, port: number, { change, prepare }: Fault): Promise<string> {
  const text = `mode = "server"
[interface]
name = "wan0"
[tunnel]
listen = "127.0.0.1:${port}"
certificate = "server.crt"
key = "server.key"
[[clients]]
name = "branch-1"
secret_file = "branch-1.secret"
`;
  for (const name of ["server.key", "server.crt", "branch-1.secret"]) {
    await Deno.remove(`${lab.folder}/${name}`).catch(() => {});
    await Deno.copyFile(`${lab.folder}/good/${name}`, `${lab.folder}/${name}`);
    await Deno.chmod(`${lab.folder}/${name}`, 0o600);
  }
  for (const name of ["state", "cap", "open"]) {
    await Deno.remove(`${lab.folder}/${name}`, { recursive: true }).catch(() => {});
  }
  await Deno.remove(`${lab.folder}/server.toml`).catch(() => {});
  const file = await lab.write(
    "server.toml",
    change === undefined ? text : text.replace(...change),
  );
  await prepare?.(lab.folder);
  return file;
}

Deno.test({
  name: "P2 P4 T6: check, doctor and run refuse the same faults for the same reason with 78",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    await makeSecrets(lab, ["branch-1"]);
    await Deno.mkdir(`${lab.folder}/good`);
    await Deno.mkdir(`${lab.folder}/other`);
    for (const name of ["server.key", "server.crt", "branch-1.secret"]) {
      await Deno.rename(`${lab.folder}/${name}`, `${lab.folder}/good/${name}`);
    }
    await pppoeProxy(
      ["keygen", "certificate", "--name", "localhost", "--out-dir", `${lab.folder}/other`],
    );
    const faults = canBecomePlainUser() ? { ...FAULTS, ...OWNED } : FAULTS;
    const file = await configure(lab, 18_443, { words: "" });
    assertEquals((await pppoeProxy(["check", "-c", file])).code, 0);
    for (const [name, fault] of Object.entries(faults)) {
      await configure(lab, 18_443, fault);
      const [check, doctor, run] = await Promise.all([
        pppoeProxy(["check", "-c", file], fault.env),
        pppoeProxy(["doctor", "-c", file, "--timeout", "100ms"], fault.env),
        pppoeProxy(["run", "-c", file], fault.env),
      ]);
      const codes = [check.code, doctor.code, run.code];
      assertEquals(codes, [EX_CONFIG, EX_CONFIG, EX_CONFIG], `${name}: ${run.stderr}`);
      for (const text of [check.stderr, doctor.stdout, run.stderr]) {
        assertStringIncludes(text, fault.words, name);
      }
    }
  },
});

Deno.test({
  name: "check and doctor warn of a read-only disk for state or captures, and run starts",
  ignore: !insideLab(),
  async fn() {
    await using lab = await openGood(["branch-1"]);
    const disk = `${lab.folder}/disk`;
    await Deno.mkdir(disk);
    await runCommand("mount", "-t", "tmpfs", "-o", "ro,size=1m,mode=0700", "tmpfs", disk);
    try {
      for (const [key, change] of [STATE, CAPTURE].entries()) {
        const [from, to] = change;
        const onDisk = to.replace(/"(?:state|cap)"/, `"disk/new"`);
        const file = await configure(lab, freePort(), { words: "", change: [from, onDisk] });
        const check = await pppoeProxy(["check", "-c", file]);
        const doctor = await pppoeProxy(["doctor", "-c", file, "--timeout", "100ms"]);
        const words = `Cannot write to "${disk}/new": the file system is read-only`;
        assertEquals([check.code, check.stderr], [0, ""]);
        for (const { stdout } of [check, doctor]) assertStringIncludes(stdout, words);
        await using server = startDaemon(lab, "server");
        await ready(server);
        const said = [/state write failed.*read-only/, /capture not started/][key];
        await server.waitForLine(said);
        server.signal("SIGTERM");
        await server.status;
      }
    } finally {
      await runCommand("umount", "-l", disk);
    }
  },
});

Deno.test({
  name: "P2: a port that another process uses is a problem for both check and run",
  ignore: !insideLab(),
  async fn() {
    await using lab = await openGood(["branch-1"]);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const file = await configure(lab, port, { words: "" });
    const check = await pppoeProxy(["check", "-c", file]);
    const run = await pppoeProxy(["run", "-c", file]);
    // Not 78: the port may become free.
    assertEquals([check.code, run.code], [1, 1]);
    const words = `server.toml:5: tunnel.listen: Cannot listen on TCP 127.0.0.1:${port}: Process `;
    for (const { stderr } of [check, run]) assertStringIncludes(stderr, words);
  },
});

Deno.test({
  name: "P2: check and run accept an expired certificate; check and reload refuse a readable key",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    await makeSecrets(lab, ["branch-1"]);
    await Deno.mkdir(`${lab.folder}/good`);
    const { certificate, key } = await makeSelfSigned("localhost", 10, new Date("2020-01-01"));
    await lab.write("good/server.crt", certificate);
    await lab.write("good/server.key", key);
    await Deno.copyFile(`${lab.folder}/branch-1.secret`, `${lab.folder}/good/branch-1.secret`);
    const change: [string, string] = ["[[clients]]", '[admin]\nsocket = "a.sock"\n[[clients]]'];
    const file = await configure(lab, freePort(), { words: "", change });
    const check = await pppoeProxy(["check", "-c", file]);
    assertEquals([check.code, check.stderr], [0, ""]);
    assertStringIncludes(check.stdout, "2020-01-11");
    const server = startDaemon(lab, "server");
    await ready(server);
    // The daemon uses the port, which is not a problem for check.
    assertEquals((await pppoeProxy(["check", "-c", file])).code, 0);
    await Deno.chmod(`${lab.folder}/server.key`, 0o644);
    for (const command of ["check", "reload"]) {
      const { code, stderr } = await pppoeProxy([command, "-c", file]);
      assertEquals([command, code], [command, command === "check" ? EX_CONFIG : 1]);
      assertStringIncludes(stderr, "tunnel.key: Cannot use the key");
      assertStringIncludes(stderr, "chmod 600");
      assertStringIncludes(stderr, "[file-not-private]");
    }
  },
});

Deno.test({
  name: "check, doctor, run and reload warn of a secret that two clients share",
  ignore: !insideLab(),
  async fn() {
    await using lab = await openGood(["branch-1", "other"]);
    const second = (name: string) =>
      `[[clients]]\nname = "branch-2"\nsecret_file = "${name}.secret"\n`;
    const change = (
      name: string,
    ): [string, string] => ["[[clients]]", `${second(name)}[[clients]]`];
    const port = freePort();
    const words = 'Clients "branch-2" and "branch-1" have the same secret';
    const apart = await configure(lab, port, { words: "", change: change("other") });
    assertEquals((await pppoeProxy(["check", "-c", apart])).stdout.includes("same secret"), false);
    await using server = startDaemon(lab, "server");
    await ready(server);
    assertEquals(server.output.entries.filter((line) => line.includes("is shared")), []);
    await configure(lab, port, { words: "", change: change("branch-1") });
    const reload = await pppoeProxy(["reload", "-c", apart], { RUNTIME_DIRECTORY: lab.folder });
    assertEquals(reload.code, 0, reload.stderr);
    assertStringIncludes(
      await server.waitForLine(/secret shared/),
      words.replaceAll('"', '\\"'),
    );
    for (const command of [["check"], ["doctor", "--timeout", "100ms"]]) {
      assertStringIncludes((await pppoeProxy([...command, "-c", apart])).stdout, words);
    }
    server.signal("SIGTERM");
    await server.status;
    await using again = startDaemon(lab, "server");
    await again.waitForLine(/secret shared/);
  },
});
