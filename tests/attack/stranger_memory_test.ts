import { assert } from "@std/assert";
import { insideLab } from "../lab/lab.ts";
import { attackServer } from "./attacked_server.ts";
import { footprint, watchFootprint } from "./footprint.ts";
import { hold } from "./strangers.ts";

/** Default of `tunnel.admission.unauthenticated`, plus descriptors that are open briefly. */
const PLACES = 128 + 4;

Deno.test({
  name: "S1: thousands of strangers add less than 24 MiB to a server's memory",
  ignore: !insideLab(),
  fn: () =>
    attackServer({}, [], async (server) => {
      await hold(server.port, 500, 500); // lets the code be compiled
      const rest = await footprint(server.process.pid);
      const watch = watchFootprint(server.process.pid);
      await hold(server.port, 3_000, 6_000);
      const { anonymous, descriptors } = await watch.stop();
      const grown = (anonymous - rest.anonymous) / 2 ** 20;
      assert(grown < 24, `${grown.toFixed(1)} MiB`);
      assert(descriptors - rest.descriptors <= PLACES, `${descriptors} descriptors`);
    }),
});
