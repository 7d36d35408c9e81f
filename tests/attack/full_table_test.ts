import { assert, assertEquals } from "@std/assert";
import { abandon } from "../../src/tunnel/transport/connection.ts";
import { insideLab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { startTestClient } from "../lab/peers/test_client.ts";
import { startDaemon } from "../lab/proxy_pair.ts";
import { attackServer } from "./attacked_server.ts";
import { RawTcp } from "./raw_tcp.ts";

const ignore = !insideLab();
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function setLimit(pid: number, files: number): Promise<string> {
  return runCommand("prlimit", "--pid", String(pid), `--nofile=${files}:`);
}

Deno.test({
  name:
    "S1: a server short of descriptors, or without any left, keeps running, and its session is unaffected",
  ignore,
  fn: () =>
    attackServer({}, ["second"], async (server) => {
      server.lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const session = await server.lab.use(startTestClient("cust0")).dial();
      const rest = await server.descriptors();
      const begun: RawTcp[] = [];
      const flood = async (): Promise<void> => {
        for (let index = 0; index < 1_100; index++) {
          begun.push(new RawTcp(`127.66.0.${1 + index % 200}`, server.port));
          if (index % 20 !== 0) continue;
          await pause(2);
          await session.echo(new Uint8Array(64).fill(index));
        }
      };
      await setLimit(server.process.pid, rest + 40); // of which all but 8 are reserved
      await flood();
      assert(await server.descriptors() < rest + 40);
      await server.process.waitForLine(/"open-files"/);
      await setLimit(server.process.pid, rest); // none is free
      await flood();
      await server.process.waitForLine(/accept failed.*EMFILE/);
      await setLimit(server.process.pid, 1_024);
      for (const each of begun) each.close();
      await session.echo(new Uint8Array(64));
      for (let attempt = 0;; attempt++) {
        try {
          abandon(await server.logIn("second"));
          break;
        } catch (error) {
          if (attempt === 10) throw error;
          await pause(200);
        }
      }
    }),
});

Deno.test({
  name:
    "S1: at startup a limit of open files that strangers could exhaust is refused, with the required limit",
  ignore,
  fn: () =>
    attackServer({}, [], async ({ lab }) => {
      const limited = (program: string, args: readonly string[]): [string, string[]] => [
        "sh",
        ["-c", 'ulimit -n 128; exec "$@"', "sh", program, ...args],
      ];
      const daemon = startDaemon(lab, "server", limited);
      const line = await daemon.waitForLine(/may open 128 files but needs 201/);
      assert(/LimitNOFILE=/.test(line) && /unauthenticated/.test(line), line);
      assertEquals((await daemon.status).success, false);
    }),
});
