import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../process.ts";
import { pppoeProxyCommand } from "../shipped.ts";
import { DAEMON_FAULTS } from "./daemon_faults.ts";
import { endure, settle } from "./invariants.ts";
import { fillDisk, MACHINE_FAULTS } from "./machine_faults.ts";
import { testFaults, testLine } from "./matrix.ts";

/** Seconds. */
const DAY = 86_400;

testFaults("sessions are kept or end properly whatever the machines do", MACHINE_FAULTS);

testLine("a full disk is logged once, ends no session, and is recovered from", async (line) => {
  const { customers, daemons: { server } } = line;
  const since = server.output.length;
  const ballast = await fillDisk(line, "server");
  customers.hangUp(customers.any(0));
  await customers.fill(customers.size + 1);
  await server.waitForLine(/state write failed/, { since });
  await settle(line);
  await Deno.remove(ballast);
  await server.waitForLine(/state write recovered/, { since });
  assertEquals(server.output.all((line) => line.includes("state write failed"), since).length, 1);
  // Sessions opened while the disk was full are now stored.
  await endure(line, DAEMON_FAULTS["server killed"]);
});

testLine(
  "killed while its disk is full: the daemon starts, sessions opened in that time end, all others continue",
  async (line) => {
    const { customers, daemons } = line;
    const [since, ended] = [daemons.server.output.length, customers.ended];
    const ballast = await fillDisk(line, "server");
    await customers.fill(customers.size + 2);
    await daemons.server.waitForLine(/state write failed/, { since });
    daemons.server.signal("SIGKILL");
    await daemons.restartServer();
    await daemons.server.waitForLine(/state write failed.*the disk is full; make room/);
    await settle(line);
    assertEquals(customers.ended - ended, 2);
    await customers.fill(customers.size + 2);
    await Deno.remove(ballast);
    await daemons.server.waitForLine(/state write recovered/);
    await endure(line, DAEMON_FAULTS["server killed"]);
    assertEquals(customers.ended - ended, 2);
  },
);

testLine(
  "killed, and its disk read-only: the daemon starts, and all sessions continue",
  async (line) => {
    const { customers, daemons, lab } = line;
    const ended = customers.ended;
    daemons.server.signal("SIGKILL");
    await daemons.server.status;
    const remount = (how: string) =>
      runCommand("mount", "-o", `remount,bind,${how}`, `${lab.folder}/server.state`);
    await remount("ro");
    await daemons.restartServer();
    await daemons.server.waitForLine(/state write failed.*the file system is read-only/);
    const status = pppoeProxyCommand("status", "--all", "--config", `${lab.folder}/server.toml`);
    const { stdout } = await new Deno.Command(status.program, {
      args: [...status.args],
      env: { RUNTIME_DIRECTORY: lab.folder },
    }).output();
    assertMatch(
      new TextDecoder().decode(stdout),
      /Sessions would not survive a restart.*is read-only; remount it/,
    );
    await settle(line);
    await remount("rw");
    await daemons.server.waitForLine(/state write recovered/);
    await endure(line, DAEMON_FAULTS["server killed"]);
    assertEquals(customers.ended, ended);
  },
);

testLine(
  "I1: a clock that is 800 days late does not block a client, and causes a warning",
  async (line) => {
    const { clients, clock, customers } = line;
    const north = clients.get("north");
    assert(north !== undefined);
    const ended = customers.ended;
    clock.set(-800 * DAY);
    await settle(line); // an open tunnel is not affected
    const since = north.output.length;
    await line.path.turn("resetting");
    await north.waitForLine(/tunnel lost/, { since });
    await line.path.turn("clear");
    // By this clock the server's certificate is not valid yet.
    const resumed = await north.waitForLine(/sessions resumed/, { since });
    const { time } = JSON.parse(resumed);
    assert(Math.abs(Date.parse(time) + 800 * DAY * 1_000 - Date.now()) < 60_000, time);
    await settle(line);
    await north.waitForLine(/certificate warning.*is not valid before/, { since });
    clock.set(0);
    await settle(line);
    assertEquals(customers.ended, ended);
  },
);
