import * as v from "valibot";
import { parseMac } from "../pppoe/mac.ts";
import { path, type PathBase } from "./paths.ts";
import { section, withDefault } from "./table.ts";
import type { CaptureConfig } from "./types.ts";
import * as value from "./values.ts";

/** Schema of `[capture]`; paths are relative to `base`. */
export function captureSchema(base: PathBase): v.GenericSchema<unknown, CaptureConfig> {
  return section({
    directory: v.exactOptional(path(base)),
    fileSize: withDefault(value.size("64KiB", "16GiB"), "64MiB"),
    files: withDefault(value.integer(1, 10_000), 8),
    client: v.exactOptional(value.textLike("a client name", (text) => text !== "")),
    mac: v.exactOptional(
      value.textLike(
        'a MAC address such as "02:00:00:00:00:01"',
        (text) => parseMac(text) !== undefined,
      ),
    ),
    sessionId: v.exactOptional(value.integer(1, 0xfffe)),
    side: v.exactOptional(value.oneOf("customer", "ac")),
    secrets: withDefault(value.flag(), false),
  });
}
