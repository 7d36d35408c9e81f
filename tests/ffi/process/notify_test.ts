import { assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/errno.ts";
import { fileIdentity } from "../../../ffi/file/file_identity.ts";
import { monotonicMicroseconds, sendNotification } from "../../../ffi/process/notify.ts";

Deno.test("a notification arrives as one datagram at a socket's path", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/notify`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  sendNotification(path, "READY=1\nSTATUS=Up and running");
  const [bytes] = await socket.receive();
  assertEquals(new TextDecoder().decode(bytes), "READY=1\nSTATUS=Up and running");
  socket.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("notifying an absent manager fails with a reason", () => {
  for (const address of ["/nonexistent/notify", "@pppoe-proxy-nobody"]) {
    assertThrows(() => sendNotification(address, "READY=1"), SystemError, `notify "${address}"`);
  }
  for (const address of ["", "relative", "@", `/${"x".repeat(120)}`]) {
    assertThrows(() => sendNotification(address, "READY=1"), TypeError, "Cannot notify");
  }
});

Deno.test("the clock is the one that /proc/uptime shows", () => {
  const [uptime] = Deno.readTextFileSync("/proc/uptime").split(" ").map(Number);
  const seconds = Number(monotonicMicroseconds()) / 1e6;
  // Only /proc/uptime includes suspended time.
  assertEquals(seconds > 0 && seconds < uptime + 1, true);
});

Deno.test("an open file's identity is the one that stat returns for its path", async () => {
  const path = await Deno.makeTempFile();
  using file = await Deno.open(path);
  const { dev, ino } = await file.stat();
  const open = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
  const identities = open.map((fd) => fileIdentity(fd));
  assertEquals(identities.includes(`${dev}:${ino}`), true);
  assertEquals(fileIdentity(60_000), undefined);
  await Deno.remove(path);
});
