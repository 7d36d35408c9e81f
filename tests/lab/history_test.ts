import { assert, assertEquals } from "@std/assert";
import { History } from "../../src/admin/api/history_schema.ts";
import { AdminClient } from "../../src/cli/remote/admin_client.ts";
import { insideLab, Lab } from "./lab.ts";
import { NAMES, twoShards } from "./two_shards.ts";

const ignore = !insideLab();

/** Frames upwards in the last two hours, which are steps of a minute. */
async function framesUp(admin: AdminClient, client?: string): Promise<number> {
  const query = { client, from: new Date(Date.now() - 7_200_000).toISOString(), points: 1_500 };
  const answer = await admin.json({ path: "/api/v1/history", query }, History);
  assertEquals(answer.step_seconds, 60);
  return answer.frames_up_per_second.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
}

Deno.test({
  name: "the history of all threads survives a stop and a kill of the server, with its events",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { daemons, admin } = await twoShards(lab, { keep: true });
    admin[Symbol.dispose]();
    daemons.server.signal("SIGTERM");
    await daemons.restartServer();
    const files = [...Deno.readDirSync(`${lab.folder}/server.state/history`)];
    assert(files.length >= 1 && files.length <= 2, `${files.length} files`);
    daemons.server.signal("SIGKILL");
    await daemons.restartServer();
    using again = new AdminClient(`${lab.folder}/server.sock`);
    const all = await framesUp(again);
    const parts = await Promise.all(NAMES.map((name) => framesUp(again, name)));
    for (const part of parts) assert(part > 0, `${parts.join()} of ${all}`);
    assert(Math.abs(parts[0] + parts[1] - all) <= all / 500, `${parts.join()} of ${all}`);
    const { events } = await again.json({ path: "/api/v1/history" }, History);
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of ["tunnel-up", "session-opened"]) assert(kinds.has(kind), [...kinds].join());
    assert(events.every(({ time }, at) => at === 0 || events[at - 1].time <= time));
  },
});
