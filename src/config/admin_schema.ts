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

/** As useradd(8) allows them. */
const GROUP = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;

/** Schema of `[admin]`; paths are relative to `folder`. */
export function adminSchema(folder: string): v.GenericSchema<unknown, AdminConfig> {
  const table = section({
    socket: v.exactOptional(value.pathOr("", folder)),
    readSocket: v.exactOptional(value.path(folder)),
    readGroup: v.exactOptional(value.textLike("a group's name", (text) => GROUP.test(text))),
    listen: v.exactOptional(listen()),
    tokenFile: v.exactOptional(value.path(folder)),
    readTokenFile: v.exactOptional(value.path(folder)),
    hosts: withDefault(value.listOf(value.serverName(), "names"), []),
  });
  const guarded = check(
    table,
    "tokenFile",
    ({ listen, tokenFile, readTokenFile }) =>
      listen === undefined || tokenFile !== undefined || readTokenFile !== undefined,
    'Is needed with "listen", or "read_token_file" is, as every user of the machine reaches a TCP port; make one with `pppoe-proxy keygen token FILE`',
  );
  return check(
    guarded,
    "readGroup",
    ({ readSocket, readGroup }) => readGroup === undefined || readSocket !== undefined,
    'Goes with "read_socket" only, which it is given to',
  );
}
