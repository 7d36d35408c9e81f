import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { adminSocket } from "../../src/config/admin_socket.ts";
import { ConfigError } from "../../src/config/config_error.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/types.ts";

const HEAD = `mode = "client"\n[interface]\nname = "lan0"\n[tunnel]\nconnect = "192.0.2.2:8443"
server_certificate = "server.crt"\nname = "branch-1"\nsecret_file = "branch-1.secret"\n`;

function parse(admin: string): Config {
  return parseConfig(`${HEAD}[admin]\n${admin}`, "/etc/pppoe-proxy/client.toml");
}

Deno.test("the default admin socket has the configuration's name, in RUNTIME_DIRECTORY or /run", () => {
  const config = parse("");
  const path = "/run/pppoe-proxy/client.sock";
  assertEquals(adminSocket(config, undefined), { path, isDefault: true });
  assertEquals(adminSocket(config, "/run/one:/run/two")?.path, "/run/one/client.sock");
});

Deno.test("the configuration sets the path of the admin socket, or disables it", () => {
  assertEquals(adminSocket(parse('socket = "a.sock"'), "/run/one"), {
    path: "/etc/pppoe-proxy/a.sock",
    isDefault: false,
  });
  assertEquals(adminSocket(parse('socket = ""'), undefined), undefined);
});

Deno.test("the admin API listens on loopback addresses only, and only with a token", () => {
  const both = parse('listen = ["127.0.0.1:9180", "[::1]:9180"]\ntoken_file = "admin.token"');
  assertEquals(both.admin.tokenFile, "/etc/pppoe-proxy/admin.token");
  const wrong = (admin: string) => assertThrows(() => parse(admin), ConfigError).message;
  assertStringIncludes(wrong('listen = "127.0.0.1:9180"'), "Required with");
  assertStringIncludes(
    wrong('listen = "192.0.2.1:9180"\ntoken_file = "admin.token"'),
    "takes loopback addresses only",
  );
});
