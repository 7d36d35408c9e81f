import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../cli/process.ts";
import { needing } from "../needs.ts";

const FILE = new URL("../../packaging/systemd/pppoe-proxy@.service", import.meta.url).pathname;
const SYSUSERS = new URL("../../packaging/sysusers.d/pppoe-proxy.conf", import.meta.url).pathname;
/** Maximum exposure level of systemd-analyze, in tenths; 100 is the worst. */
const MOST_EXPOSURE = 16;

async function run(program: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  return { code, text: (decoder.decode(stdout) + decoder.decode(stderr)).trim() };
}

Deno.test(needing(["systemd-analyze"], {
  name: `systemd-analyze reports no problems with the unit`,
  fn: () =>
    withFolder(async (folder) => {
      // The program need not be installed, so /bin/true replaces it.
      const unit = `${folder}/pppoe-proxy@.service`;
      const text = await Deno.readTextFile(FILE);
      await Deno.writeTextFile(unit, text.replaceAll("/usr/local/bin/pppoe-proxy", "/bin/true"));
      const verified = await run("systemd-analyze", "verify", "--man=no", unit);
      assertEquals(verified, { code: 0, text: "" });
    }),
}));

Deno.test(needing(["systemd-analyze"], {
  name: `the unit's exposure is at most ${MOST_EXPOSURE / 10} of 10`,
  async fn() {
    const args = ["security", "--offline=yes", "--no-pager", `--threshold=${MOST_EXPOSURE}`, FILE];
    const { code, text } = await run("systemd-analyze", ...args);
    assertEquals([code, /exposure level .*: \d+\.\d OK/.test(text)], [0, true]);
  },
}));

Deno.test(needing(["systemd-analyze"], {
  name: `systemd-sysusers can create the unit's user`,
  async fn() {
    const { code, text } = await run("systemd-sysusers", "--dry-run", SYSUSERS);
    assertEquals(code, 0);
    assertStringIncludes(text, "Creating user 'pppoe-proxy'");
  },
}));

Deno.test("the unit gives one capability, and lets V8 compile code", async () => {
  const text = await Deno.readTextFile(FILE);
  const values = (key: string) =>
    text.split("\n").filter((line) => line.startsWith(`${key}=`)).map((line) => line.split("=")[1]);
  for (const key of ["AmbientCapabilities", "CapabilityBoundingSet"]) {
    assertEquals(values(key), ["CAP_NET_RAW"]);
  }
  assertEquals([values("NoNewPrivileges"), values("User")], [["yes"], ["pppoe-proxy"]]);
  assertEquals(values("MemoryDenyWriteExecute"), []);
  // P4: a refused configuration does not cause restarts.
  assertEquals(values("RestartPreventExitStatus"), ["78"]);
});
