import { assertEquals } from "@std/assert";
import { type CrowdOptions, QuicCrowd } from "./quic_crowd.ts";

/** Crowds of clients that the server does not know, all at once, on a path of 100 ms. */
const CROWDS: Record<string, Omit<CrowdOptions, "seed">> = {
  "500 new clients": { clients: 500, roundTrip: 100, work: 2 },
  "500 new clients of a slow server": { clients: 500, roundTrip: 100, work: 5 },
  "500 new clients on a path of 300 ms": { clients: 500, roundTrip: 300, work: 2 },
  "500 new clients behind one address": { clients: 500, perAddress: 500, roundTrip: 100, work: 2 },
  "100 new clients next to 100 strangers": {
    ...{ clients: 100, strangers: 100, roundTrip: 100, work: 2 },
  },
};

for (const [name, options] of Object.entries(CROWDS)) {
  Deno.test(`S3: ${name} at once over QUIC are all logged in within 40 s`, () => {
    for (const seed of [1, 2, 3]) {
      const crowd = new QuicCrowd({ ...options, seed });
      crowd.run(40_000);
      assertEquals([seed, crowd.loggedIn.length], [seed, options.clients]);
    }
  });
}
