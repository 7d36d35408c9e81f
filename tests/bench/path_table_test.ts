import { assert, assertEquals } from "@std/assert";
import { measureCarrier } from "../../bench/path_table.ts";
import { PATH_CONDITIONS } from "../../bench/path_conditions.ts";
import { insideLab } from "../lab/lab.ts";
import { GUEST_PROGRAMS } from "../lab/uml/guest.ts";
import { needing } from "../needs.ts";

Deno.test(needing([...GUEST_PROGRAMS, "iperf3"], {
  name: "bench:paths measures TCP in pppd through the tunnel, and a path's rate limits it",
  ignore: !insideLab(),
  async fn() {
    const slow = PATH_CONDITIONS.filter(({ options }) => options.rate === 20e6);
    const cells: { down: number; up: number; ping: number | null }[] = [];
    await measureCarrier("tls", slow, 1, (cell) => Promise.resolve(void cells.push(cell)));
    assertEquals(cells.length, 1);
    const [{ down, up, ping }] = cells;
    assert(down > 0.1 && down < 21 && up > 0.1 && up < 21, `${down} and ${up} Mbit/s`);
    assert(ping !== null && ping > 39, `${ping} ms`);
  },
}));
