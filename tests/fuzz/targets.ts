import type { Target } from "./target.ts";
import { admission } from "./targets/admission.ts";
import { captures } from "./targets/captures.ts";
import { config } from "./targets/config.ts";
import { datagrams } from "./targets/datagrams.ts";
import { flags } from "./targets/flags.ts";
import { frames } from "./targets/frames.ts";
import { handshake } from "./targets/handshake.ts";
import { hellos } from "./targets/hellos.ts";
import { http } from "./targets/http.ts";
import { messages } from "./targets/messages.ts";
import { queue } from "./targets/queue.ts";
import { records } from "./targets/records.ts";
import { resume } from "./targets/resume.ts";
import { tunnel } from "./targets/tunnel.ts";
import { wire } from "./targets/wire.ts";

/** All targets. */
export const TARGETS: readonly Target[] = [
  frames,
  records,
  datagrams,
  messages,
  hellos,
  handshake,
  queue,
  admission,
  wire,
  tunnel,
  resume,
  config,
  flags,
  http,
  captures,
];
