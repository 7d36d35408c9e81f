import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { commandsIn, MAX_TEXT } from "../../../src/cli/import/command_words.ts";
import { ImportError } from "../../../src/cli/import/import_error.ts";

const SERVER = ["-interface", "eth0", "-mode", "server", "-address", "0.0.0.0:8000"];

Deno.test("a command is found in units, scripts and plain text, as a shell or systemd splits it", () => {
  const texts = [
    "pppoeproxy -interface eth0 -mode server -address 0.0.0.0:8000",
    `[Service]\nExecStart=-/usr/local/bin/pppoeproxy -interface eth0 \\\n  -mode server -address 0.0.0.0:8000\n`,
    `[Service]\nEnvironment=IF=eth0 "ADDR=0.0.0.0:8000"\nExecStart = /opt/pppoeproxy_linux_arm64 -interface $IF -mode server -address \${ADDR}`,
    `#!/bin/sh\n# pppoeproxy -interface old\nIF='eth0'\nexport ADDR="0.0.0.0:8000"\nnohup sudo ./pppoeproxy -interface "$IF" -mode 'server' -address $ADDR >/dev/null 2>&1 &`,
    `cd /opt && pppoeproxy -interface et\\h0 -mode "server" -address 0.0.0.0:8000 || reboot`,
  ];
  for (const text of texts) {
    assertEquals(commandsIn(text), [{ program: "pppoeproxy", args: SERVER }], text);
  }
  const relay = "start() { /usr/sbin/pppoe-relay -S eth1 -C eth0; }";
  assertEquals(commandsIn(relay), [{ program: "pppoe-relay", args: ["-S", "eth1", "-C", "eth0"] }]);
});

Deno.test("other programs and comments are no commands, and an unknown variable is named", () => {
  const none = [
    "",
    "; pppoeproxy -interface x",
    "pppoeproxyd -x",
    'echo "pppoeproxy -interface x"',
    "pppoeproxy.service",
  ];
  for (const text of none) assertEquals(commandsIn(text), [], text);
  for (const unknown of ["$NAME", "${NAME}", "%i"]) {
    assertThrows(() => commandsIn(`pppoeproxy -interface ${unknown}`), ImportError, unknown);
  }
});

Deno.test("texts, their commands and what variables grow to are bounded", () => {
  assertThrows(() => commandsIn(" ".repeat(MAX_TEXT + 1)), ImportError, "characters");
  assertThrows(() => commandsIn("pppoeproxy\n".repeat(17)), ImportError, "commands");
  assertEquals(commandsIn("pppoeproxy\n".repeat(16)).length, 16);
  const grown = `A=${"x".repeat(30_000)}\npppoeproxy ${"$A ".repeat(10_000)}`;
  const error = assertThrows(() => commandsIn(grown), ImportError);
  assert(error.message.length < 1_000, "two values fit into the line, the third does not");
});

Deno.test("any text gives commands or an ImportError, and words without their quotation marks", () => {
  const words = fc.array(
    fc.constantFrom(
      ...[
        "pppoeproxy",
        "pppoe-relay",
        " ",
        "\n",
        "\\",
        "'",
        '"',
        "$A",
        "${A}",
        "A=b",
        "&&",
        ">",
        "#",
      ],
      ...["Environment=", "ExecStart=", "-interface", "\0", "é", "%i", "(", ";"],
    ),
    { maxLength: 40 },
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(fc.oneof(words, fc.string({ unit: "binary" })), (text) => {
    try {
      for (const { program } of commandsIn(text)) assert(/^pppoe(?:proxy|-relay)$/.test(program));
    } catch (error) {
      assert(error instanceof ImportError, String(error));
    }
  }));
  const word = fc.string({ minLength: 1 }).filter((text) => !/[\n\r\0]|\$\{?\w|%\w/.test(text));
  fc.assert(fc.property(fc.array(word, { maxLength: 5 }), (args) => {
    const quoted = args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(" ");
    assertEquals(commandsIn(`pppoeproxy ${quoted}`), [{ program: "pppoeproxy", args }]);
  }));
});
