import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { crc32 } from "node:zlib";
import { MAX_STORED, NetworkFile, type StoredNetwork } from "../../src/state/network_file.ts";
import { refuseLinks } from "../../src/state/store.ts";
import { StateError } from "../../src/state/state_error.ts";
import { inDirectory, START } from "./sessions.ts";

function open(directory: string) {
  const said: string[] = [];
  const file = new NetworkFile(directory, {
    now: () => START,
    onTrouble: (message) => said.push(message),
    onRecovery: () => said.push("recovered"),
  });
  return { file, said, path: `${directory}/networks.json` };
}

const stored = fc.record({
  client: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((name) => name.length <= 64),
  network: fc.constantFrom("192.0.2.1", "2001:db8:0:ff::/64", "fe80::1"),
  at: fc.nat(),
});

const ONE: StoredNetwork = { client: "branch-1", network: "192.0.2.1", at: START };

Deno.test("any networks of clients are read as they were written", () =>
  fc.assert(
    fc.asyncProperty(fc.array(stored, { maxLength: 20 }), (networks) =>
      inDirectory(async (directory) => {
        const { file, said } = open(directory);
        assert(await file.save(networks));
        assertEquals(file.load(), { networks });
        assertEquals(said, []);
      })),
    { numRuns: 30 },
  ));

Deno.test("the file of networks is private and bounded: the latest 16,384 are stored", () =>
  inDirectory(async (directory) => {
    const { file, path } = open(directory);
    const client = "n".repeat(64);
    const networks = Array.from(
      { length: MAX_STORED + 3_000 },
      (_, at) => ({ client, network: "2001:db8:ffff:ffff::/64", at: START + at }),
    );
    assert(await file.save(networks));
    assertEquals(file.load().networks, networks.slice(3_000));
    const { size, mode } = Deno.statSync(path);
    assert(size <= 4 << 20, `${size} bytes`);
    assertEquals((mode ?? 0) & 0o777, 0o600);
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["networks.json"]);
  }));

/** What may have happened to the file, and why it is then quarantined. */
const DAMAGES: Record<string, { damage: (text: string) => string; fault: string }> = {
  "a power cut that left it empty": { damage: () => "", fault: "damaged" },
  "a torn end": { damage: (text) => text.slice(0, -20), fault: "damaged" },
  "another address": { damage: (text) => text.replace("192.0.2.1", "192.0.2.9"), fault: "damaged" },
  "4 MiB and more": { damage: (text) => text + " ".repeat(4 << 20), fault: "damaged" },
  "null": { damage: () => "null", fault: "damaged" },
  "another version": {
    damage: (text) => text.replace('"version":1', '"version":2'),
    fault: "version",
  },
  "an invalid row with a right check": {
    damage: () => `{"version":1,"checked":${crc32('[["a"]]')},"networks":[["a"]]}`,
    fault: "damaged",
  },
};

for (const [what, { damage, fault }] of Object.entries(DAMAGES)) {
  Deno.test(`a file of networks with damage is quarantined, and the next works: ${what}`, () =>
    inDirectory(async (directory) => {
      const { file, path, said } = open(directory);
      assert(await file.save([ONE]));
      Deno.writeTextFileSync(path, damage(Deno.readTextFileSync(path)));
      const { networks, quarantined } = file.load();
      assertEquals(networks, []);
      assertEquals(quarantined?.fault, fault);
      assert(Deno.statSync(quarantined?.file ?? "").isFile);
      assert(await file.save([ONE]));
      assertEquals(file.load(), { networks: [ONE] });
      assertEquals(said, []);
    }));
}

Deno.test("a file of networks that is a symbolic link is not followed", () =>
  inDirectory(async (directory) => {
    const { file, path, said } = open(directory);
    const other = `${directory}/other`;
    await Deno.writeTextFile(other, "content of another file");
    await Deno.symlink(other, path);
    assertEquals(file.load(), { networks: [] });
    assertEquals(said.length, 1);
    let refused: unknown;
    try {
      refuseLinks(directory);
    } catch (error) {
      refused = error;
    }
    assert(refused instanceof StateError, String(refused));
    await Deno.symlink(other, `${path}.new`);
    assert(await file.save([ONE]));
    assertEquals(await Deno.readTextFile(other), "content of another file");
    assertEquals(file.load(), { networks: [ONE] });
  }));

Deno.test("trouble with the file of networks is said once, and recovery too", () =>
  inDirectory(async (directory) => {
    const folder = `${directory}/state`;
    const { file, said } = open(folder);
    assertEquals(file.load(), { networks: [] });
    assertEquals([await file.save([ONE]), await file.save([ONE])], [false, false]);
    assertEquals(said.length, 1);
    Deno.mkdirSync(folder);
    assertEquals([await file.save([ONE]), await file.save([ONE])], [true, true]);
    assertEquals(said.slice(1), ["recovered"]);
  }));
