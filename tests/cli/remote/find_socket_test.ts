import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UsageError } from "../../../src/cli/arguments.ts";
import { ConfigError } from "../../../src/config/config_error.ts";
import { CommandError, exitCodeOf } from "../../../src/cli/exit_codes.ts";
import { findSocket } from "../../../src/cli/remote/find_socket.ts";
import { leaveStaleSocket, withFolder } from "../process.ts";

const nothing = { values: new Map<string, string>() };
/** A machine without a default configuration. */
const only = (folder: string) => ({ folder, standard: `${folder}/none.toml` });
const given = (...values: [string, string][]) => ({ values: new Map(values) });

Deno.test("the socket of the only daemon is found, and those of crashed daemons are ignored", async () => {
  await withFolder(async (folder) => {
    await leaveStaleSocket(`${folder}/stale.sock`);
    const none = await assertRejects(() => findSocket(nothing, only(folder)), CommandError);
    assertEquals(exitCodeOf(none), 3);
    using _one = Deno.listen({ transport: "unix", path: `${folder}/server.sock` });
    assertEquals(await findSocket(nothing, only(folder)), `${folder}/server.sock`);
    using _other = Deno.listen({ transport: "unix", path: `${folder}/client.sock` });
    const { message } = await assertRejects(() => findSocket(nothing, only(folder)), UsageError);
    assertStringIncludes(message, `${folder}/client.sock, ${folder}/server.sock`);
  });
});

Deno.test("T7: of a daemon's two sockets the full one is preferred, and either is used alone", async () => {
  await withFolder(async (folder) => {
    using _reading = Deno.listen({ transport: "unix", path: `${folder}/server.read.sock` });
    assertEquals(await findSocket(nothing, only(folder)), `${folder}/server.read.sock`);
    using _full = Deno.listen({ transport: "unix", path: `${folder}/server.sock` });
    assertEquals(await findSocket(nothing, only(folder)), `${folder}/server.sock`);
    const file = `${folder}/server.toml`;
    await Deno.writeTextFile(file, '[admin]\nsocket = ""\nread_socket = "server.read.sock"\n');
    assertEquals(await findSocket(given(["config", file])), `${folder}/server.read.sock`);
  });
});

Deno.test("without the socket directory no daemon is found", async () => {
  const error = await assertRejects(() => findSocket(nothing, only("/nonexistent")), CommandError);
  assertEquals(exitCodeOf(error), 3);
});

Deno.test("--socket is used as it is, and not together with --config", async () => {
  assertEquals(await findSocket(given(["socket", "/x/y.sock"])), "/x/y.sock");
  await assertRejects(() => findSocket(given(["socket", "/x"], ["config", "y"])), UsageError);
});

Deno.test("without options it is the socket of the default configuration, if there is one", async () => {
  await withFolder(async (folder) => {
    const places = { folder, standard: `${folder}/standard.toml` };
    using _one = Deno.listen({ transport: "unix", path: `${folder}/other.sock` });
    assertEquals(await findSocket(nothing, places), `${folder}/other.sock`);
    await Deno.writeTextFile(places.standard, '[admin]\nsocket = "mine.sock"\n');
    assertEquals(await findSocket(nothing, places), `${folder}/mine.sock`);
    assertEquals(await findSocket(given(["socket", "/x.sock"]), places), "/x.sock");
  });
});

Deno.test("without admin.socket the socket is named after the configuration file", async () => {
  const config = new URL("../../config/valid/server.toml", import.meta.url).pathname;
  assertEquals(await findSocket(given(["config", config])), "/run/pppoe-proxy/server.sock");
});

Deno.test("a socket is found even if other parts of the configuration are invalid", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/server.toml`;
    await Deno.writeTextFile(file, 'mode = "sever"\n[admin]\nsocket = "a.sock"\n[new]\nx = 1\n');
    assertEquals(await findSocket(given(["config", file])), `${folder}/a.sock`);
    await Deno.writeTextFile(file, "mode = \n");
    await assertRejects(() => findSocket(given(["config", file])), ConfigError);
    await Deno.writeTextFile(file, 'mode = "server"\n[admin]\nsocket = 7\n');
    await assertRejects(() => findSocket(given(["config", file])), ConfigError, "admin.socket");
    await Deno.writeTextFile(file, '[admin]\nsocket = ""\n');
    const off = await assertRejects(() => findSocket(given(["config", file])), CommandError);
    assertEquals(exitCodeOf(off), 3);
  });
});
