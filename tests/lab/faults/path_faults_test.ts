import { assert } from "@std/assert";
import type { Line } from "./line.ts";
import { testFaults } from "./matrix.ts";
import { PATH_FAULTS } from "./path_faults.ts";

/** Why tunnels may end that were meddled with below TLS: never by what would be a record of ours. */
const BELOW_TLS = /"reason":"(connection-lost|keepalive-timeout|connect-failed|handshake-timeout)"/;

testFaults(
  "sessions outlive whatever the path between the daemons does, and nobody hears of it",
  PATH_FAULTS,
  (fault, { clients }: Line, since) => {
    const downs = [...clients].flatMap(([name, { output }]) =>
      output.all((line) => line.includes("tunnel down"), since.get(name))
    );
    for (const down of downs) assert(BELOW_TLS.test(down), `${fault}: ${down}`);
  },
);
