import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { runCommand } from "../lab/process.ts";
import { pppoeProxy } from "./process.ts";

const ignore = !insideLab();
const discover = (...args: string[]) =>
  pppoeProxy(["discover", "--interface", "wan0", "--timeout", "4s", ...args]);

Deno.test({
  name: "discover lists the access concentrators on a wire with their tags, also as JSON",
  ignore,
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    lab.use(startTestAc({ interface: "ac0", name: "次の局", mac: 0x02_00_5e_00_00_77 }));
    const { code, stdout, stderr } = await discover("--service", "gold", "--host-uniq", "4e2f");
    assertEquals([code, stderr], [0, ""]);
    for (const text of ["lab-ac", "次の局", '  Service-Name: "gold"', "  Host-Uniq: 4e2f"]) {
      assertStringIncludes(stdout, text);
    }
    assertMatch(stdout, /answered after: \d+\.\d+ ms/);
    const { schema, acs } = JSON.parse((await discover("--json")).stdout);
    assertEquals(schema, 1);
    assertEquals(acs.map((ac: { ac_name: string }) => ac.ac_name).sort(), ["lab-ac", "次の局"]);
    assertEquals(acs[0].tags[0].type, 0x0102);
  },
});

Deno.test({
  name: "discover fails if no AC answers and if the interface is down or missing",
  ignore,
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    const silent = await discover("--timeout", "50ms");
    assertEquals(silent.code, 1);
    assertStringIncludes(silent.stderr, 'No access concentrator answered on "wan0"');
    await runCommand("ip", "link", "set", "wan0", "down");
    const down = await discover("--timeout", "50ms");
    assertEquals(down.code, 1);
    assertStringIncludes(
      down.stderr,
      'Cannot send on "wan0": it is down; run `ip link set wan0 up`',
    );
    const missing = await pppoeProxy(["discover", "-i", "none0"]);
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.stderr, "no such interface");
  },
});
