import * as v from "valibot";
import { isLoopback } from "./addresses.ts";
import { path, type PathBase, pathOr, readable } from "./paths.ts";
import { check, section, withDefault } from "./table.ts";
import type { AdminConfig } from "./types.ts";
import * as value from "./values.ts";

const listen = () =>
  v.pipe(
    value.addresses(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.value.every(({ host }) => isLoopback(host))) return;
      addIssue({
        message: "This listener does not encrypt, so it takes loopback addresses only",
        expected: 'write one such as "127.0.0.1:9180", and reach it by SSH or through a TLS proxy',
      });
    }),
  );

/** Valid group names (useradd(8)). */
const GROUP = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;

/** Schema of `[admin]`; paths are relative to `base`. */
export function adminSchema(base: PathBase): v.GenericSchema<unknown, AdminConfig> {
  const table = section({
    socket: v.exactOptional(pathOr("", base)),
    readSocket: v.exactOptional(path(base)),
    readGroup: v.exactOptional(value.textLike("a group name", (text) => GROUP.test(text))),
    listen: v.exactOptional(listen()),
    tokenFile: v.exactOptional(readable(base)),
    readTokenFile: v.exactOptional(readable(base)),
    hosts: withDefault(value.listOf(value.serverName(), "names"), []),
  });
  const guarded = check(
    table,
    "tokenFile",
    ({ listen, tokenFile, readTokenFile }) =>
      listen === undefined || tokenFile !== undefined || readTokenFile !== undefined,
    [
      'Required with "listen" unless "read_token_file" is set: any local user can reach a TCP port',
      "make one with `pppoe-proxy keygen token FILE`",
    ],
  );
  return check(
    guarded,
    "readGroup",
    ({ readSocket, readGroup }) => readGroup === undefined || readSocket !== undefined,
    ['Only used with "read_socket", which is missing', "set it or remove this key"],
  );
}
