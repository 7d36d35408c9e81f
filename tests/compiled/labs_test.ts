/** Labs run again with the compiled program instead of the sources. */
import { assertEquals, assertMatch } from "@std/assert";
import { insideLab } from "../lab/namespace.ts";
import { needing, type Program, skipping } from "../needs.ts";
import { RP_PROGRAMS } from "../lab/rp_pppoe.ts";
import { compiled, compiledObstacle } from "./build.ts";

const TESTS = new URL("..", import.meta.url).pathname;

const LABS: readonly { file: string; programs?: readonly Program[]; what: string }[] = [
  {
    what: "rp-pppoe opens sessions through it",
    file: "lab/rp_pppoe_test.ts",
    programs: RP_PROGRAMS,
  },
  { what: "sessions start, end and survive its restart", file: "lab/lifecycle_test.ts" },
  { what: "it reloads", file: "lab/reload_test.ts" },
  { what: "it carries sessions over QUIC", file: "lab/quic_test.ts" },
  { what: "it notifies a service manager", file: "lab/service_test.ts", programs: ["socat"] },
  { what: "X2: doctor reports the same", file: "cli/doctor_lab_test.ts" },
  { what: "X2: it uses pipes and descriptors", file: "cli/special_files_test.ts" },
];

for (const { file, programs = [], what } of LABS) {
  const definition = {
    name: `compiled: ${what}`,
    ignore: !insideLab(),
    async fn() {
      const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
        args: ["test", "-A", "--cached-only", "--no-check", "--quiet", `${TESTS}${file}`],
        env: { PPPOE_PROXY_BIN: compiled, NO_COLOR: "1" },
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assertEquals(success, true, said);
      assertMatch(said, /^ok \| [1-9]\d* passed \| 0 failed \(/m);
    },
  };
  Deno.test(skipping(compiledObstacle, needing(programs, definition)));
}
