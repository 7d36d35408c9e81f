import { assertMatch } from "@std/assert";
import { insideLab, Lab } from "./lab.ts";
import { runCommand } from "./process.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { needing } from "../needs.ts";

for (const transport of ["tls", "quic"] as const) {
  Deno.test(needing(["ss"], {
    name: `R1: a ${transport} tunnel uses the configured interface and mark`,
    ignore: !insideLab(),
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      const client = `bind_interface = "lo"\nmark = 81`;
      const { client: daemon } = await startProxyPair(lab, { transport, client });
      const sockets = await runCommand("ss", transport === "tls" ? "-tnep" : "-unaep");
      const own = sockets.split("\n").find((line) => line.includes(`pid=${daemon.pid},`)) ?? "";
      assertMatch(own, /fwmark:0x51/, sockets);
      assertMatch(own, /%lo/, sockets);
    },
  }));
}
