import { assertEquals, assertMatch } from "@std/assert";
import {
  initScript,
  isOurs,
  procdProgramFault,
  programFault,
  serviceFiles,
} from "../../../src/cli/service/plan.ts";
import { unitLines } from "../../../src/cli/service/service_status.ts";
import { pppoeProxy } from "../process.ts";

const PACKAGING = new URL("../../../packaging/", import.meta.url);

Deno.test("the service's files are those of packaging/, with the program's path and a mark", async () => {
  const sources: Record<string, string> = {
    "/etc/systemd/system/pppoe-proxy.service": "systemd/pppoe-proxy.service",
    "/etc/systemd/system/pppoe-proxy@.service": "systemd/pppoe-proxy@.service",
    "/etc/sysusers.d/pppoe-proxy.conf": "sysusers.d/pppoe-proxy.conf",
    "/etc/tmpfiles.d/pppoe-proxy.conf": "tmpfiles.d/pppoe-proxy.conf",
  };
  const files = serviceFiles("/opt/p/pppoe-proxy");
  assertEquals(files.map(({ path }) => path), Object.keys(sources));
  for (const { path, text } of files) {
    const source = await Deno.readTextFile(new URL(sources[path], PACKAGING));
    const [mark, ...rest] = text.split("\n");
    assertMatch(mark, /^# Written by pppoe-proxy service install/);
    assertEquals(rest.join("\n").replaceAll("/opt/p/", "/usr/local/bin/"), source);
    assertEquals([isOurs(text), isOurs(source)], [true, false]);
  }
  const [unit] = files;
  assertMatch(unit.text, /^ExecStart=\/opt\/p\/pppoe-proxy run --config /m);
  assertMatch(unit.text, /^ExecPaths=\/opt\/p\/pppoe-proxy /m);
});

Deno.test("the init script is that of packaging/, with the program's path and a mark", async () => {
  const { path, text } = initScript("/opt/p");
  assertEquals(path, "/etc/init.d/pppoe-proxy");
  const source = await Deno.readTextFile(new URL("openwrt/pppoe-proxy.init", PACKAGING));
  const [interpreter, , ...rest] = text.split("\n");
  assertEquals(
    [interpreter, ...rest].join("\n").replace("=/opt/p\n", "=/usr/bin/pppoe-proxy\n"),
    source,
  );
  assertEquals([isOurs(text), isOurs(source)], [true, false]);
});

Deno.test("a program that would be gone after a reboot of OpenWrt is refused", () => {
  assertEquals(procdProgramFault("/usr/bin/pppoe-proxy"), undefined);
  assertEquals(procdProgramFault("/mnt/sda1/pppoe-proxy"), undefined);
  for (const path of ["/tmp/p", "/var/p", "/usr/bin/$x", "/usr/bin/a b", "p"]) {
    assertEquals(typeof procdProgramFault(path), "string", path);
  }
});

Deno.test("a program that a unit could not start is refused", () => {
  for (const path of ["/usr/local/bin/pppoe-proxy", "/opt/pppoe-proxy-1.0/bin/p", "/usr/bin/p"]) {
    assertEquals(programFault(path), undefined);
  }
  const wrong = [
    "/home/me/p",
    "/root/p",
    "/tmp/p",
    "/opt/a b/p",
    "/opt/%i/p",
    "/opt/$x/p",
    "p",
    "",
  ];
  for (const path of wrong) assertEquals(typeof programFault(path), "string", path);
});

Deno.test("the state of the unit takes two lines", () => {
  const facts = { ActiveState: "active", SubState: "running", UnitFileState: "enabled" };
  const more = { FragmentPath: "/etc/systemd/system/pppoe-proxy.service", NRestarts: "2" };
  assertEquals(unitLines(new Map(Object.entries({ ...facts, ...more }))), [
    "unit: active (running), starts with the machine, restarted 2 times",
    "file: /etc/systemd/system/pppoe-proxy.service",
  ]);
  assertEquals(unitLines(new Map([["FragmentPath", ""], ["ActiveState", "inactive"]])), [
    "unit: pppoe-proxy.service is not installed",
  ]);
});

/** Whether systemd runs this machine (sd_booted(3)), so that a test would change it. */
const isBooted = await Deno.stat("/run/systemd/system").then(() => true, () => false);

Deno.test({
  name: "where neither systemd nor procd runs, service says so and changes nothing",
  ignore: isBooted,
  async fn() {
    for (const action of ["install", "uninstall", "status"]) {
      const { code, stdout, stderr } = await pppoeProxy(["service", action]);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, /run by neither systemd nor procd/);
    }
  },
});
