/** The container image: buildah builds it, and it runs as its compose file says. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse as parseYaml } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { withFolder } from "../cli/process.ts";
import { compiled, compiledObstacle } from "../compiled/build.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { startTestClient } from "../lab/peers/test_client.ts";
import { canBecomePlainUser } from "../lab/plain_user.ts";
import { runCommand } from "../lab/process.ts";
import { makeSecrets, ready, startDaemon } from "../lab/proxy_pair.ts";
import { needing, skipping } from "../needs.ts";
import { addAddress } from "../recipes/recipe.ts";
import { ROOT } from "../sources.ts";
import { layBase } from "./image_base.ts";

const FILE = `${ROOT}packaging/container/Containerfile`;
const TEXT = Deno.readTextFileSync(FILE);
const COMPOSE = parseYaml(Deno.readTextFileSync(`${ROOT}docs/recipes/docker/compose.yaml`));
const SERVICE = COMPOSE.services["pppoe-proxy"];
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
/** linux/capability.h */
const CAP_NET_RAW = 1 << 13;
/** The user of distroless's images that are not root's. */
const USER = 65_532;
/** A volume has the owner and mode of the image's directory. */
const STATE_OPTIONS = `uid=${USER},gid=${USER},mode=0700`;

/** The words of an instruction of the Containerfile that has a JSON array. */
function words(instruction: string): string[] {
  const [, array = "[]"] = new RegExp(`^${instruction} (\\[.*\\])$`, "m").exec(TEXT) ?? [];
  return JSON.parse(array);
}

Deno.test("the compose file gives the container what its image needs, and no more", () => {
  const { image, environment, tmpfs, volumes, ...rest } = SERVICE;
  assertEquals(image, "pppoe-proxy");
  const config = parseConfig(undefined, "/etc/pppoe-proxy/pppoe-proxy.toml", environment);
  assert(config.mode === "server" && volumes.includes(`state:${config.stateDir}`));
  assertEquals(rest, {
    network_mode: "host",
    cap_drop: ["ALL"],
    cap_add: ["NET_RAW"],
    read_only: true,
    restart: "unless-stopped",
    stop_grace_period: "15s",
  });
  const targets = volumes.map((volume: string) => volume.split(":")[1]);
  assertEquals([...targets, tmpfs[0].split(":")[0]].sort(), words("VOLUME").sort());
  // Podman knows no owner of a tmpfs; nobody else is in the container.
  assertEquals(tmpfs, ["/run/pppoe-proxy:mode=1777"]);
  assertMatch(TEXT, new RegExp(`^USER ${USER}:${USER}$`, "m"));
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  assertStringIncludes(tasks.compile.command, "--output dist/pppoe-proxy ");
  assertMatch(TEXT, /^ARG PROGRAM=pppoe-proxy$/m);
});

/** Builds the image; returns the path of its mounted root. */
async function build(lab: Lab, folder: string): Promise<string> {
  const stores = ["--root", `${folder}/store`, "--runroot", `${folder}/run`];
  const buildah = async (...args: string[]): Promise<string> => {
    return (await runCommand("buildah", ...stores, "--storage-driver", "vfs", ...args)).trim();
  };
  const tools = ["sh", "setcap", "mkdir", "chown", "chmod"];
  await layBase(`${folder}/tools`, tools);
  await layBase(`${folder}/base`, [], [compiled]);
  for (const name of ["tools", "base"]) {
    const container = await buildah("from", "scratch");
    await buildah("copy", "--quiet", container, `${folder}/${name}`, "/");
    await buildah("commit", "--quiet", "--rm", container, `localhost/${name}`);
  }
  await Deno.mkdir(`${folder}/dist`);
  await Deno.copyFile(compiled, `${folder}/dist/pppoe-proxy`);
  const options = ["--quiet", "--format", "docker", "--isolation", "chroot", "--file", FILE];
  const bases = ["--build-arg", "TOOLS=localhost/tools", "--build-arg", "BASE=localhost/base"];
  await buildah("build", ...options, ...bases, "--tag", "localhost/image", `${folder}/dist`);
  const container = await buildah("from", "localhost/image");
  const root = await buildah("mount", container);
  lab.use({
    async [Symbol.asyncDispose]() {
      await buildah("umount", container);
    },
  });
  const { Docker: { config } } = JSON.parse(
    await buildah("inspect", "--type", "image", "localhost/image"),
  );
  assertEquals(config.Healthcheck.Test.slice(1), words("    CMD"));
  assertEquals([config.Entrypoint, config.Cmd], [["/usr/bin/pppoe-proxy"], ["run"]]);
  return root;
}

/** Mounts what a container runtime mounts; the rest of the root is read-only. */
async function mountRoot(lab: Lab, image: string, folder: string): Promise<string> {
  const root = `${folder}/root`;
  await Deno.mkdir(root);
  await runCommand("mount", "--bind", image, root);
  lab.use({
    async [Symbol.asyncDispose]() {
      await runCommand("umount", "--recursive", root);
    },
  });
  await runCommand("mount", "-o", "remount,bind,ro", root);
  await runCommand("mount", "-t", "proc", "proc", `${root}/proc`);
  await runCommand("mount", "--rbind", "/dev", `${root}/dev`);
  await runCommand("mount", "--bind", lab.folder, `${root}/etc/pppoe-proxy`);
  const options = { run: SERVICE.tmpfs[0].split(":")[1], "var/lib": STATE_OPTIONS };
  for (const [path, option] of Object.entries(options)) {
    await runCommand("mount", "-t", "tmpfs", "-o", option, "tmpfs", `${root}/${path}/pppoe-proxy`);
  }
  return root;
}

/** A client of the compose file's server. */
function clientConfig(address: string): string {
  return `mode = "client"
[interface]
name = "lan0"
[tunnel]
connect = ["${address}"]
server_certificate = "server.crt"
name = "branch-1"
secret_file = "branch-1.secret"
`;
}

const plain = canBecomePlainUser() ? undefined : "root, to become an ordinary user";
const imageTest: Deno.TestDefinition = {
  name: "the image's program carries a session as an ordinary user, with a read-only root",
  ignore: !insideLab(),
  fn: () =>
    withFolder(async (folder) => {
      await Deno.chmod(folder, 0o755);
      await using lab = await Lab.open();
      await lab.cables();
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const { PPPOE_PROXY_TUNNEL_LISTEN: address } = SERVICE.environment;
      await addAddress(lab, address.split(":")[0]);
      await makeSecrets(lab, ["branch-1"]);
      await lab.write("branch-1.toml", clientConfig(address));
      await runCommand("chown", "-R", `${USER}:${USER}`, lab.folder);
      const root = await mountRoot(lab, await build(lab, folder), folder);
      const inside = (args: readonly string[]): [string, string[]] => ["setpriv", [
        // The last three end with the change of root and user.
        "--bounding-set=-all,+net_raw,+sys_chroot,+setuid,+setgid",
        ...["--inh-caps=-all", "chroot", `--userspec=${USER}:${USER}`, root],
        ...args.map((word) => word.replace(lab.folder, "/etc/pppoe-proxy")),
      ]];
      const env = { RUNTIME_DIRECTORY: "/run/pppoe-proxy" };
      const [program, args] = inside([...words("ENTRYPOINT"), ...words("CMD")]);
      const settings = { ...env, ...SERVICE.environment };
      const daemons = [
        lab.start({ name: "server", program, args, env: settings }),
        startDaemon(lab, "branch-1", (_, args) =>
          inside(["/usr/bin/pppoe-proxy", ...args.slice(args.indexOf("run", 1))]), env),
      ];
      for (const daemon of daemons) {
        await ready(daemon);
      }
      await (await lab.use(startTestClient("cust0")).dial()).echo(PAYLOAD);
      for (const { pid } of daemons) {
        const status = await Deno.readTextFile(`/proc/${pid}/status`);
        assertMatch(status, new RegExp(`^Uid:(\t${USER}){4}$`, "m"));
        const [, effective] = /^CapEff:\t(\w+)$/m.exec(status) ?? [];
        assertEquals(Number(`0x${effective}`), CAP_NET_RAW);
        assertMatch(await Deno.readTextFile(`/proc/${pid}/mountinfo`), / \/ ro,/);
      }
      const [, check] = inside(words("    CMD"));
      const health = await new Deno.Command(program, { args: check, env: settings }).output();
      assertEquals(health.code, 0, new TextDecoder().decode(health.stdout));
      for (const daemon of daemons.toReversed()) {
        assertEquals((await daemon.stop()).code, 0);
      }
      assert([...Deno.readDirSync(`${root}/usr/bin`)].length === 1, "nothing but the program");
    }),
};
Deno.test(
  skipping(compiledObstacle, skipping(plain, needing(["buildah", "setcap"], imageTest))),
);
