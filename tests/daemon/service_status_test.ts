import { assertEquals } from "@std/assert";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { serviceStatus } from "../../src/daemon/service_status.ts";
import { within } from "../proxy/dial.ts";

Deno.test("the service's status has the cause while a client has no tunnel", () =>
  within({}, async ({ clients: [{ proxy, link }], lose }) => {
    let time = 0;
    const monitor = new Monitor("client", () => ++time);
    const daemon = {
      ...{ proxy, link, monitor, draining: false },
      config: () => ({ mode: "client" }),
    } as unknown as Daemon;
    assertEquals(serviceStatus(daemon), "Tunnel to server is up, 0 sessions");
    await lose(0);
    assertEquals(serviceStatus(daemon), "No tunnel, connecting, 0 sessions");
    const end = { reason: "connection-lost", by: "network", detail: "" } as const;
    monitor.failed("hq:1", end, 1, "connection refused: nothing listens on hq:1", 500);
    monitor.failed("dr:1", end, 2, "no route to dr:1", 500);
    assertEquals(
      serviceStatus(daemon),
      "No tunnel, attempt 2 failed: no route to dr:1, 0 sessions",
    );
  }));
