import { assertEquals } from "@std/assert";
import { namingCertificate } from "../../src/daemon/server_access.ts";
import type { ServerEvents } from "../../src/daemon/server_events.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";

Deno.test("when a client does not accept the certificate, the server logs its SHA-256", () => {
  const told: string[] = [];
  const ignore = (): void => {};
  const events: ServerEvents = {
    rejected: (_host, _address, { reason, by, detail }) =>
      void told.push(`${reason} by ${by}: ${detail}`),
    connected: ignore,
    moved: ignore,
    disconnected: ignore,
    acceptFailed: ignore,
    nameInUse: ignore,
  };
  const fingerprint = new Uint8Array(32).fill(0xab);
  const naming = namingCertificate(events, {
    credentials: () => ({ fingerprint, secrets: () => [] }),
  });
  const end = (detail: string): TunnelEnd => ({ reason: "connection-lost", by: "network", detail });
  for (const detail of ["received fatal alert: UnknownCA", "end of stream"]) {
    naming.rejected("192.0.2.1", "192.0.2.1:1", end(detail));
  }
  assertEquals(told, [
    `not-authenticated by peer: received fatal alert: UnknownCA: the client has not pinned our certificate, SHA-256 ${
      "ab".repeat(32)
    }`,
    "connection-lost by network: end of stream",
  ]);
});
