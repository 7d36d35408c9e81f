import { assert } from "@std/assert";
import { insideLab } from "../lab/lab.ts";
import { attackServer } from "./attacked_server.ts";
import { footprint, watchFootprint } from "./footprint.ts";
import { hold } from "./strangers.ts";

/** Default of `tunnel.admission.unauthenticated`, and what is open for a moment. */
const PLACES = 128 + 4;

Deno.test({
  name: "S1: what thousands of strangers leave behind in a server's memory stays below 24 MiB",
  ignore: !insideLab(),
  fn: () =>
    attackServer({}, [], async (server) => {
      await hold(server.port, 500, 500); // what is there is compiled
      const rest = await footprint(server.process.pid);
      const watch = watchFootprint(server.process.pid);
      await hold(server.port, 3_000, 6_000);
      const { anonymous, descriptors } = await watch.stop();
      const grown = (anonymous - rest.anonymous) / 2 ** 20;
      assert(grown < 24, `${grown.toFixed(1)} MiB`);
      assert(descriptors - rest.descriptors <= PLACES, `${descriptors} descriptors`);
    }),
});
