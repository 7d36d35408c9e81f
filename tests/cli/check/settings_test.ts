import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pppoeProxy, withFolder } from "../process.ts";

const SOURCE = `mode = "client"
[interface]
name = "none0"
[tunnel]
connect = "192.0.2.2:8443"
server_certificate = "server.crt"
name = "branch-1"
secret_file = "branch-1.secret"
`;
const VARIABLES = {
  PPPOE_PROXY_TUNNEL_CONNECT: "192.0.2.3:8443",
  PPPOE_PROXY_INTERFACE_NAME: "none1",
};

Deno.test("check --settings names the line or the variable of each setting, and findings do too", () =>
  withFolder(async (folder) => {
    const file = `${folder}/client.toml`;
    await Deno.writeTextFile(file, SOURCE);
    const { stdout, stderr } = await pppoeProxy(["check", "--settings", file], VARIABLES);
    assertStringIncludes(stdout, "Connects to 192.0.2.3:8443");
    assertStringIncludes(
      stdout,
      "Set by variables: PPPOE_PROXY_INTERFACE_NAME, PPPOE_PROXY_TUNNEL_CONNECT.",
    );
    assertMatch(stdout, /^tunnel\.name = "branch-1" +\S+client\.toml:7$/m);
    assertMatch(stdout, /^tunnel\.connect = \["192\.0\.2\.3:8443"\] +PPPOE_PROXY_TUNNEL_CONNECT$/m);
    assertMatch(stdout, /^limits\.sessions = 10000 +default$/m);
    assertStringIncludes(stderr, "PPPOE_PROXY_INTERFACE_NAME: interface.name: ");
    assertStringIncludes(stderr, `${file}:8: tunnel.secret_file: `);

    const json = await pppoeProxy(["check", "--settings", "--json", file], VARIABLES);
    const [{ settings, findings }] = JSON.parse(json.stdout).files;
    const of = (key: string) => settings.find((row: { key: string }) => row.key === key);
    assertEquals(of("tunnel.name"), { key: "tunnel.name", value: "branch-1", line: 7 });
    assertEquals(of("interface.name").variable, "PPPOE_PROXY_INTERFACE_NAME");
    assertEquals(of("limits.sessions"), { key: "limits.sessions", value: 10_000 });
    const places = findings.map(({ place }: { place?: object }) => place);
    const variable = { file, variable: "PPPOE_PROXY_INTERFACE_NAME", key: "interface.name" };
    assertEquals(places.find((it: { key?: string }) => it?.key === "interface.name"), variable);
  }));

Deno.test("a variable that would decide trust, or is misspelt, makes run and check end with 78", () =>
  withFolder(async (folder) => {
    const file = `${folder}/client.toml`;
    await Deno.writeTextFile(file, SOURCE);
    const wrong = {
      PPPOE_PROXY_TUNNEL_SERVER_CERTIFICATE: "/tmp/other.crt",
      PPPOE_PROXY_TUNEL_MSS: "1000",
    };
    for (const command of ["run", "check"]) {
      const { code, stderr } = await pppoeProxy([command, "-c", file], wrong);
      assertEquals(code, 78);
      const lines = stderr.trim().split("\n");
      assertEquals(lines.length, 2);
      assertMatch(
        lines.join(),
        /SERVER_CERTIFICATE: tunnel\.server_certificate: .*variable-refused/,
      );
      assertMatch(
        lines.join(),
        /TUNEL_MSS: Unknown variable; did you mean "PPPOE_PROXY_TUNNEL_MSS"/,
      );
    }
  }));
