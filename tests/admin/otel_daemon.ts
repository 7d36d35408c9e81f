/** A daemon with one session, whose metrics Deno exports until standard input ends. */
import { exportMetrics } from "../../src/admin/metrics/otel.ts";
import { dial } from "../proxy/dial.ts";
import { withDaemon } from "./daemon.ts";

await withDaemon({}, async ({ path, daemon, ask }) => {
  exportMetrics(daemon);
  await dial(path, { id: 7 });
  await (await ask("/api/v1/clients")).text();
  for await (const _ of Deno.stdin.readable);
});
