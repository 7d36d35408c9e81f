import { assert } from "@std/assert";
import type { Line } from "./line.ts";
import { testFaults } from "./matrix.ts";
import { PATH_FAULTS } from "./path_faults.ts";

/** Why tunnels may end when the path interferes below TLS: never by an invalid record. */
const BELOW_TLS = /"reason":"(connection-lost|keepalive-timeout|handshake-timeout)"/;

testFaults(
  "sessions survive whatever the path between the daemons does, without a PADI or PADT on any wire",
  PATH_FAULTS,
  (fault, { clients }: Line, since) => {
    const downs = [...clients].flatMap(([name, { output }]) =>
      output.all((line) => /tunnel (lost|closed)|connect failed/.test(line), since.get(name))
    );
    for (const down of downs) assert(BELOW_TLS.test(down), `${fault}: ${down}`);
  },
);
