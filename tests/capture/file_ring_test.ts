import { assert, assertEquals, assertRejects } from "@std/assert";
import { FileRing } from "../../src/capture/file_ring.ts";
import {
  interfaceBlock,
  PACKET_HEAD,
  packetSize,
  sectionBlock,
  writePacket,
} from "../../src/capture/pcapng.ts";
import { nameOf, readPcapng } from "./read_pcapng.ts";

const NOON = Date.UTC(2026, 0, 2, 12, 0, 0);

function packetBlock(id: number, mark: number, length = 100): Uint8Array {
  const out = new Uint8Array(packetSize(length));
  out.fill(mark, PACKET_HEAD, PACKET_HEAD + length);
  writePacket(new DataView(out.buffer), 0, id, { seconds: 1, nanoseconds: 0 }, true, length);
  return out;
}

const join = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((it) => [...it]));

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("a ring starts a file at the size limit, each with the interfaces so far, and keeps the last ones", async () => {
  await inFolder(async (folder) => {
    const size = packetSize(100);
    const head = join(sectionBlock({ application: "a" }), interfaceBlock({ name: "a" }));
    const fileSize = head.length + 2 * size + interfaceBlock({ name: "b" }).length;
    const options = { path: `${folder}/trace.pcapng`, fileSize, files: 3, now: () => NOON };
    const ring = await FileRing.open(options);
    await ring.write(join(head, packetBlock(0, 1)));
    await ring.write(join(packetBlock(0, 2), interfaceBlock({ name: "b" }), packetBlock(1, 3)));
    for (let mark = 4; mark <= 9; mark++) await ring.write(packetBlock(mark % 2, mark));
    ring.close();
    assertEquals(names(folder), [3, 4, 5].map((n) => `trace_0000${n}_20260102120000.pcapng`));
    const marks: number[] = [];
    for (const name of names(folder)) {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      assert(bytes.length <= fileSize);
      const file = readPcapng(bytes);
      assertEquals(file.interfaces.map(nameOf), ["a", "b"]);
      marks.push(...file.packets.map(({ data }) => data[0]));
      const { mode } = await Deno.stat(`${folder}/${name}`);
      assertEquals((mode ?? 0) & 0o777, 0o600);
    }
    assertEquals(marks, [5, 6, 7, 8, 9]);
  });
});

Deno.test("a ring continues after the files of an earlier run, and leaves other files alone", async () => {
  await inFolder(async (folder) => {
    for (const name of ["trace_00007_20250101000000.pcapng", "trace.pcapng", "other.txt"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    const options = { path: `${folder}/trace.pcapng`, fileSize: 1, files: 2, now: () => NOON };
    const ring = await FileRing.open(options);
    const head = join(sectionBlock({ application: "a" }), interfaceBlock({ name: "a" }));
    await ring.write(join(head, packetBlock(0, 1), packetBlock(0, 2)));
    ring.close();
    assertEquals(names(folder), [
      "other.txt",
      "trace.pcapng",
      "trace_00008_20260102120000.pcapng",
      "trace_00009_20260102120000.pcapng",
    ]);
  });
});

Deno.test("a frame longer than the file size gets its own file", async () => {
  await inFolder(async (folder) => {
    const options = { path: `${folder}/t.pcapng`, fileSize: 200, files: 9, now: () => NOON };
    const ring = await FileRing.open(options);
    const head = join(sectionBlock({ application: "a" }), interfaceBlock({ name: "a" }));
    await ring.write(join(head, packetBlock(0, 1, 5_000), packetBlock(0, 2, 5_000)));
    ring.close();
    assertEquals(names(folder).length, 2);
    for (const name of names(folder)) {
      assertEquals(readPcapng(await Deno.readFile(`${folder}/${name}`)).packets.length, 1);
    }
  });
});

Deno.test("opening a ring in a missing directory fails with NotFound", async () => {
  const path = "/proc/none/folder/trace.pcapng";
  const options = { path, fileSize: 1, files: 1, now: () => NOON };
  await assertRejects(() => FileRing.open(options), Deno.errors.NotFound);
});
