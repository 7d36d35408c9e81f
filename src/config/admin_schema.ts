import * as v from "valibot";
import { isLoopback } from "./addresses.ts";
import { check, section, withDefault } from "./table.ts";
import type { AdminConfig } from "./types.ts";
import * as value from "./values.ts";

const listen = () => {
  const all = value.addresses();
  return v.pipe(
    all,
    v.check(
      (addresses) => addresses.every(({ host }) => isLoopback(host)),
      'Expected loopback addresses such as "127.0.0.1:9180": what is said there is not encrypted; use SSH or a proxy with TLS to reach it from elsewhere',
    ),
  );
};

/** Schema of `[admin]`; paths are relative to `folder`. */
export function adminSchema(folder: string): v.GenericSchema<unknown, AdminConfig> {
  return check(
    section({
      socket: v.exactOptional(value.pathOr("", folder)),
      listen: v.exactOptional(listen()),
      tokenFile: v.exactOptional(value.path(folder)),
      hosts: withDefault(v.array(value.serverName()), []),
    }),
    "tokenFile",
    ({ listen, tokenFile }) => listen === undefined || tokenFile !== undefined,
    'Is needed with "listen", as every user of the machine reaches a TCP port; make one with `pppoe-proxy keygen token FILE`',
  );
}
