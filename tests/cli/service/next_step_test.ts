import { assertEquals } from "@std/assert";
import type { Machine } from "../../../src/cli/service/init_system.ts";
import { nextStep } from "../../../src/cli/service/next_step.ts";

const DEFAULT = "/etc/pppoe-proxy/pppoe-proxy.toml";
const NAMED = "/etc/pppoe-proxy/north.toml";
const NEITHER = { isInstalled: false, isCompiled: false };

/** What is said to come after `check` on a machine. */
function start(config: string, machine: Machine): string {
  return nextStep(config, machine).split(" && ").slice(1).join(" && ");
}

Deno.test("the next step is the service of this machine if it has one for the configuration", () => {
  const installed = { isInstalled: true, isCompiled: false };
  const [systemd, procd] = (["systemd", "procd"] as const).map((system) => ({
    system,
    ...installed,
  }));
  assertEquals(
    nextStep(DEFAULT, systemd),
    "Next: pppoe-proxy check && systemctl enable --now pppoe-proxy",
  );
  assertEquals(
    nextStep(NAMED, systemd),
    `Next: pppoe-proxy check --config ${NAMED} && systemctl enable --now pppoe-proxy@north`,
  );
  assertEquals(
    nextStep(DEFAULT, procd),
    "Next: pppoe-proxy check && /etc/init.d/pppoe-proxy enable && /etc/init.d/pppoe-proxy start",
  );
  assertEquals(start(NAMED, procd), `pppoe-proxy run --config ${NAMED}`);
});

Deno.test("without a service the next step installs it if this program can, or else is run", () => {
  const absent = { isInstalled: false, isCompiled: true };
  assertEquals(
    start(DEFAULT, { system: "systemd", ...absent }),
    "pppoe-proxy service install --now",
  );
  assertEquals(
    start(NAMED, { system: "systemd", ...absent }),
    "pppoe-proxy service install && systemctl enable --now pppoe-proxy@north",
  );
  assertEquals(start(DEFAULT, { system: "procd", ...absent }), "pppoe-proxy service install --now");
  assertEquals(start(NAMED, { system: "procd", ...absent }), `pppoe-proxy run --config ${NAMED}`);
  for (const system of ["systemd", "procd", undefined] as const) {
    assertEquals(start(DEFAULT, { system, ...NEITHER }), "pppoe-proxy run");
    assertEquals(start(NAMED, { system, ...NEITHER }), `pppoe-proxy run --config ${NAMED}`);
  }
  assertEquals(start(DEFAULT, { system: undefined, ...absent }), "pppoe-proxy run");
});

Deno.test("a configuration that no unit would run is run by hand, with its path in quotes", () => {
  const systemd = { system: "systemd", isInstalled: true, isCompiled: true } as const;
  for (
    const path of [
      "/home/me/pppoe-proxy.toml",
      "/etc/pppoe-proxy/north",
      "/etc/pppoe-proxy/-n.toml",
    ]
  ) {
    assertEquals(start(path, systemd), `pppoe-proxy run --config ${path}`);
  }
  assertEquals(
    nextStep("/etc/pppoe-proxy/it's $HOME.toml", systemd),
    `Next: pppoe-proxy check --config '/etc/pppoe-proxy/it'\\''s $HOME.toml' && ` +
      `pppoe-proxy run --config '/etc/pppoe-proxy/it'\\''s $HOME.toml'`,
  );
});
