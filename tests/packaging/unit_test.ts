import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../cli/process.ts";
import { needing } from "../needs.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url).pathname;
const SYSUSERS = `${PACKAGING}sysusers.d/pppoe-proxy.conf`;
const TMPFILES = `${PACKAGING}tmpfiles.d/pppoe-proxy.conf`;
/** The unit of the default configuration, and the template of further ones. */
const UNITS = ["pppoe-proxy.service", "pppoe-proxy@.service"];
/** Maximum exposure level of systemd-analyze, in tenths; 100 is the worst. */
const MOST_EXPOSURE = 16;

async function run(program: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  return { code, text: (decoder.decode(stdout) + decoder.decode(stderr)).trim() };
}

/** Settings of a unit in order, without comments. */
async function settings(unit: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${PACKAGING}systemd/${unit}`);
  return text.split("\n").filter((line) => /^\w+=/.test(line));
}

for (const unit of UNITS) {
  Deno.test(needing(["systemd-analyze"], {
    name: `systemd-analyze reports no problems with ${unit}`,
    fn: () =>
      withFolder(async (folder) => {
        // The program need not be installed, so /bin/true replaces it.
        const text = await Deno.readTextFile(`${PACKAGING}systemd/${unit}`);
        const path = `${folder}/${unit}`;
        await Deno.writeTextFile(path, text.replaceAll("/usr/local/bin/pppoe-proxy", "/bin/true"));
        const verified = await run("systemd-analyze", "verify", "--man=no", path);
        assertEquals(verified, { code: 0, text: "" });
      }),
  }));

  Deno.test(needing(["systemd-analyze"], {
    name: `the exposure of ${unit} is at most ${MOST_EXPOSURE / 10} of 10`,
    async fn() {
      const options = ["--offline=yes", "--no-pager", `--threshold=${MOST_EXPOSURE}`];
      const path = `${PACKAGING}systemd/${unit}`;
      const { code, text } = await run("systemd-analyze", "security", ...options, path);
      assertEquals([code, /exposure level .*: \d+\.\d OK/.test(text)], [0, true]);
    },
  }));

  Deno.test(`the unit gives one capability, and lets V8 compile code: ${unit}`, async () => {
    const all = await settings(unit);
    const values = (key: string) =>
      all.filter((line) => line.startsWith(`${key}=`)).map((line) => line.split("=")[1]);
    for (const key of ["AmbientCapabilities", "CapabilityBoundingSet"]) {
      assertEquals(values(key), ["CAP_NET_RAW"]);
    }
    assertEquals([values("NoNewPrivileges"), values("User")], [["yes"], ["pppoe-proxy"]]);
    assertEquals(values("MemoryDenyWriteExecute"), []);
    // P4: a refused configuration does not cause restarts.
    assertEquals(values("RestartPreventExitStatus"), ["78"]);
  });
}

Deno.test("both units differ only in their configuration, their state and their description", async () => {
  const [plain = [], template = []] = await Promise.all(UNITS.map(settings));
  const instance = template.map((line) =>
    line.replace(" (%i)", "").replace("pppoe-proxy/%i.toml", "pppoe-proxy/pppoe-proxy.toml")
      .replace("StateDirectory=pppoe-proxy/%i", "StateDirectory=pppoe-proxy")
  );
  assertEquals(plain, instance);
  assertEquals(plain.filter((line) => line.includes("%i")), []);
});

Deno.test(needing(["systemd-sysusers"], {
  name: `systemd-sysusers can create the unit's user`,
  async fn() {
    const { code, text } = await run("systemd-sysusers", "--dry-run", SYSUSERS);
    assertEquals(code, 0);
    assertStringIncludes(text, "Creating user 'pppoe-proxy'");
  },
}));

Deno.test(needing(["systemd-sysusers", "systemd-tmpfiles"], {
  name: "systemd-tmpfiles makes the directories of the configuration and of the state",
  ignore: Deno.uid() !== 0,
  fn: () =>
    withFolder(async (folder) => {
      await Deno.mkdir(`${folder}/etc`);
      for (
        const [program, file] of [["systemd-sysusers", SYSUSERS], ["systemd-tmpfiles", TMPFILES]]
      ) {
        const create = program === "systemd-tmpfiles" ? ["--create"] : [];
        const { code, text } = await run(program, ...create, `--root=${folder}`, file);
        assertEquals([code, text.replace(/^Creating .*$/gm, "").trim()], [0, ""]);
      }
      const passwd = await Deno.readTextFile(`${folder}/etc/passwd`);
      const user = Number(
        passwd.split("\n").find((line) => line.startsWith("pppoe-proxy:"))?.split(":")[2],
      );
      const facts = ["etc/pppoe-proxy", "var/lib/pppoe-proxy"].map((path) => {
        const { mode, uid } = Deno.statSync(`${folder}/${path}`);
        return [(mode ?? 0) & 0o7777, uid];
      });
      assertEquals(facts, [[0o750, 0], [0o700, user]]);
    }),
}));
