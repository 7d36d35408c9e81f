import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SystemError } from "../../ffi/errno.ts";
import { readInterface } from "../../ffi/socket/interface.ts";
import { openLink } from "../../ffi/link/open_link.ts";
import { classifySendError } from "../../ffi/link/transmit_error.ts";
import { NO_LAB, vethPair } from "./veth.ts";

const options = { promiscuous: false, etherTypes: [0x8863, 0x8864] as const };

Deno.test("an error says what failed, in which call, why and what to do", () => {
  const error = new SystemError("socket(AF_PACKET)", 'open interface "wan0"', 1);
  assertEquals([error.name, error.code, error.errno], ["SystemError", "EPERM", 1]);
  assertEquals(error.call, "socket(AF_PACKET)");
  assertEquals(
    error.message,
    `Cannot open interface "wan0": socket(AF_PACKET) failed with EPERM; ${error.advice}`,
  );
  for (const permission of [1, 13]) {
    assertStringIncludes(new SystemError("bind", "bind", permission).advice, "CAP_NET_RAW");
  }
  assertEquals(new SystemError("bind", "bind", 999).code, "errno 999");
});

Deno.test({
  name: "without CAP_NET_RAW a link names the missing capability and how to grant it",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("np");
    const code = `import { openLink } from "${new URL(
      "../../ffi/link/open_link.ts",
      import.meta.url,
    )}";
      try {
        openLink({ interface: "${pair.a}", promiscuous: false, etherTypes: [0x8863, 0x8864] });
      } catch ({ code, call, message }) {
        Deno.stdout.writeSync(new TextEncoder().encode([code, call, message].join("|")));
      }`;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, code);
    // In its own user namespace it is root, but has no rights over this network.
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--user", Deno.execPath(), "run", "--no-config", "--no-prompt", "--allow-ffi", file],
    }).output();
    await Deno.remove(file);
    const [name, call, message] = new TextDecoder().decode(stdout).split("|");
    assertEquals([name, call], ["EPERM", "socket(AF_PACKET)"], new TextDecoder().decode(stderr));
    assertStringIncludes(message, `Cannot open interface "${pair.a}"`);
    assertStringIncludes(message, "setcap cap_net_raw+ep");
  },
});

Deno.test("the error for a missing interface names it", () => {
  const error = assertThrows(() => openLink({ ...options, interface: "nosuch0" }), SystemError);
  assertEquals(error.code, "ENODEV");
  assertStringIncludes(error.message, '"nosuch0"');
});

Deno.test("an invalid interface name is refused", () => {
  for (const name of ["", "sixteen-letters-"]) assertThrows(() => readInterface(name), RangeError);
});

Deno.test({
  name: "if the kernel refuses a ring the link is plain, unless a ring was required",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("rf");
    // One slot is smaller than a page, which the kernel refuses to map.
    const refused = { ...options, interface: pair.a, ringFrames: 1 };
    const link = openLink(refused);
    assertEquals(link.kind, "plain");
    link.close();
    const error = assertThrows(() => openLink({ ...refused, kind: "ring" }), SystemError);
    assertEquals([error.code, error.call], ["EINVAL", "setsockopt(PACKET_RX_RING)"]);
    assertThrows(() => openLink({ ...refused, ringFrames: 100 }), RangeError, "power of two");
  },
});

Deno.test({
  name: "an interface's properties match the kernel's",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("fc");
    const facts = readInterface(pair.a);
    assertEquals([facts.name, facts.mtu, facts.up, facts.ethernet], [pair.a, 1500, true, true]);
    assert(facts.index > 1);
    assertEquals([facts.mac.length, facts.mac[0] & 1], [6, 0]);
    assertEquals(readInterface("lo").ethernet, false);
  },
});

Deno.test("every send error is classified", () => {
  const verdicts: readonly [errno: number, verdict: ReturnType<typeof classifySendError>][] = [
    [4, "retry"], // EINTR
    [11, "wait"], // EAGAIN
    [105, "transmit-full"], // ENOBUFS
    [90, "frame-too-long"], // EMSGSIZE
    [100, "link-down"], // ENETDOWN
    [6, "link-down"], // ENXIO
    [19, "link-down"], // ENODEV
    [9, "link-down"], // EBADF
    [22, "transmit-error"], // EINVAL
  ];
  for (const [errno, verdict] of verdicts) assertEquals(classifySendError(errno), verdict);
});
