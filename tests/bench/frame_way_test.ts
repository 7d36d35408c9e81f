import { assert } from "@std/assert";
import { frameWay } from "../../bench/frame_way.ts";
import { insideLab } from "../lab/lab.ts";

Deno.test({
  name: "every step of a frame's path can be timed",
  ignore: !insideLab(),
  fn: async () => {
    const { figures } = await frameWay(true, 10);
    const entries = Object.entries(figures);
    assert(entries.length >= 16);
    for (const [name, figure] of entries) assert(figure > 0, name);
  },
});
