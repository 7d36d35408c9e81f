import { assertEquals } from "@std/assert";
import { Service, watchdogInterval } from "../../src/daemon/sd_notify.ts";

Deno.test("watchdog notifications are sent twice per timeout, and only by the process meant", () => {
  assertEquals(watchdogInterval({ WATCHDOG_USEC: "30000000" }, 7), 15_000);
  assertEquals(watchdogInterval({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, 7), 15_000);
  assertEquals(watchdogInterval({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, 7), undefined);
  for (const value of [undefined, "", "0", "-1", "soon"]) {
    assertEquals(watchdogInterval({ WATCHDOG_USEC: value }, 7), undefined);
  }
  assertEquals(watchdogInterval({ WATCHDOG_USEC: "1" }, 7), 1);
});

Deno.test("without a service manager nothing is sent, and no timer runs", () => {
  const service = new Service({ WATCHDOG_USEC: "1000" }, () => "");
  service.ready();
  service.reloading();
  service.stopping(); // the assertion is Deno's check for leaked timers
});

Deno.test("a manager is notified of readiness, watchdog, reload and shutdown, in order", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/notify`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  const next = async () => new TextDecoder().decode((await socket.receive())[0]);
  const service = new Service({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "20000" }, () => "Fine");
  service.ready();
  assertEquals(await next(), "READY=1\nSTATUS=Fine");
  assertEquals([await next(), await next()], ["WATCHDOG=1", "WATCHDOG=1"]);
  service.close();
  service.reloading();
  assertEquals(/^RELOADING=1\nMONOTONIC_USEC=\d+$/.test(await next()), true);
  service.stopping();
  assertEquals(await next(), "STOPPING=1\nSTATUS=Stopping");
  socket.close();
  service.ready(); // a missing manager is not an error
  service.close();
  await Deno.remove(folder, { recursive: true });
});
