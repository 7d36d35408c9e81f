/**
 * `service` on OpenWrt, with stand-ins for rc.common, procd.sh and ubus: they record what they are
 * asked, and whether the service runs. The init script and the program are the real ones.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withFolder } from "../cli/process.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { skipping } from "../needs.ts";
import { compiled, compiledObstacle } from "./build.ts";

/** Where the stand-ins keep what they know. */
const KNOWN = "/run";

const RC_COMMON = `procd_open_instance() { :; }
procd_set_param() { echo "procd $*" >>${KNOWN}/record; }
procd_close_instance() { :; }
logger() { echo "logger $*" >>${KNOWN}/record; }
. "$1"
case $2 in
enable) touch ${KNOWN}/enabled ;;
disable) rm ${KNOWN}/enabled ;;
start | restart)
	start_service && touch ${KNOWN}/running || exit 1
	[ ! -e ${KNOWN}/fails ] || (sleep 1; rm ${KNOWN}/running) >/dev/null 2>&1 &
	;;
stop) rm -f ${KNOWN}/running ;;
enabled) [ -e ${KNOWN}/enabled ] ;;
running) [ -e ${KNOWN}/running ] ;;
esac
`;
const UBUS = `#!/bin/sh
echo "ubus $*" >>${KNOWN}/record
rm ${KNOWN}/running
`;

/** A machine of OpenWrt: its directories and stand-ins are on file systems in memory. */
const MACHINE = `set -e
for path in /etc /run /usr/sbin; do mount -t tmpfs tmpfs $path; done
mkdir /etc/init.d
cp "$1/rc.common" /etc/rc.common
install -m 755 "$1/ubus" /usr/sbin/ubus
touch /usr/sbin/pppoe-proxy
mount --bind "$2" /usr/sbin/pppoe-proxy
set +e
`;

/** Runs lines on that machine; returns their output. */
async function onMachine(folder: string, ...lines: string[]): Promise<string> {
  await Deno.writeTextFile(`${folder}/rc.common`, RC_COMMON);
  await Deno.writeTextFile(`${folder}/ubus`, UBUS);
  await Deno.writeTextFile(`${folder}/script`, `${MACHINE}${lines.join("\n")}\nexit 0\n`);
  const script = `exec sh ${folder}/script ${folder} ${compiled} 2>&1`;
  return await runCommand("unshare", "--mount", "sh", "-c", script);
}

Deno.test(skipping(compiledObstacle, {
  name: "compiled: under procd, service installs the init script, starts and removes it",
  ignore: !insideLab(),
  fn: () =>
    withFolder(async (folder) => {
      await using lab = await Lab.open();
      await lab.cable("wan0", "ac0");
      const said = await onMachine(
        folder,
        "pppoe-proxy service status; echo code $?",
        "pppoe-proxy service install --now; echo code $?",
        // The last line says how to start it.
        "pppoe-proxy init server -i wan0 --address 127.0.0.1:8443 | tail -n 1",
        "pppoe-proxy service install --now; echo code $?",
        "pppoe-proxy service status",
        "stat -c '%a' /etc/init.d/pppoe-proxy",
        `touch ${KNOWN}/fails; pppoe-proxy service install --now; echo code $?`,
        `rm ${KNOWN}/fails; touch ${KNOWN}/running`,
        "pppoe-proxy service uninstall; echo code $?",
        "ls /etc/init.d /etc/pppoe-proxy",
        "echo 'foreign' >/etc/init.d/pppoe-proxy",
        "pppoe-proxy service install; echo code $?",
        "pppoe-proxy service uninstall; echo code $?",
        `cat ${KNOWN}/record`,
      );
      const parts = said.split(/^code (\d+)\n/m);
      const codes = parts.filter((_, at) => at % 2 === 1);
      assertEquals(codes, ["3", "1", "0", "1", "0", "1", "1"], said);
      const texts = parts.filter((_, at) => at % 2 === 0);
      const [absent, unconfigured, started, failed, removed, foreign, nothing, record] = texts;
      assertMatch(absent, /^init script: "\/etc\/init.d\/pppoe-proxy" is not installed\ndaemon: /);
      assertStringIncludes(unconfigured, "write it with `pppoe-proxy init server`");
      const script = "/etc/init.d/pppoe-proxy";
      assertEquals(
        started,
        `Next: pppoe-proxy check && ${script} enable && ${script} start\nWrote "${script}".\n` +
          "The daemon runs, and starts with the machine.\n",
      );
      assertMatch(failed, /^init script: running, starts with the machine\nfile: \/etc\/init.d\//);
      assertMatch(failed, /^755\nWrote "[^"]*".\n[^\n]*does not keep running; `logread/m);
      assertMatch(
        removed,
        /^Removed "\/etc\/init.d\/pppoe-proxy".\nKept "\/etc\/pppoe-proxy"/m,
      );
      assertMatch(foreign, /^\/etc\/init.d:\n\n\/etc\/pppoe-proxy:\nbranch-1.bundle\n/);
      assertStringIncludes(foreign, "this command has not written it");
      assertStringIncludes(nothing, "has written nothing here");
      const command = "/usr/sbin/pppoe-proxy run --config /etc/pppoe-proxy/pppoe-proxy.toml";
      assertStringIncludes(record, `procd command ${command}\n`);
      const [, signal] = /^ubus call service signal (.*)$/m.exec(record) ?? [];
      assertEquals(JSON.parse(signal), { name: "pppoe-proxy", signal: 2 });
    }),
}));
