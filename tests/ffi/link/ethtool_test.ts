import { assertEquals, assertThrows } from "@std/assert";
import { isClockSynchronised } from "../../../ffi/process/clock.ts";
import { SystemError } from "../../../ffi/errno.ts";
import { ethtoolValue, readOffloads } from "../../../ffi/link/ethtool.ts";
import { insideLab, Lab } from "../../lab/lab.ts";

const SGRO = 0x2c;

Deno.test({
  name: "an interface's receive offloads are read as they were set",
  ignore: !insideLab(),
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    for (const on of [true, false]) {
      ethtoolValue("wan0", SGRO, Number(on));
      assertEquals(readOffloads("wan0"), { gro: on, lro: false });
    }
    assertThrows(() => readOffloads("none0"), SystemError, "ENODEV");
  },
});

Deno.test("whether the clock is synchronised is reported, or unknown", () => {
  assertEquals([true, false, undefined].includes(isClockSynchronised()), true);
});
