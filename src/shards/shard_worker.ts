/**
 * The module of a shard's thread: its own event loop, packet sockets and tunnels. It has no
 * listening socket, files or admin API; the first thread gives it what it needs by messages.
 */
/// <reference lib="deno.worker" />
import { answer } from "../admin/api/shard_answers.ts";
import { configureLogging, setLogLevel } from "../log.ts";
import type { RemoteRequest } from "../daemon/shard_captures.ts";
import type { FromShard, ToShard } from "./messages.ts";
import { RunningShard } from "./running_shard.ts";

const post = (message: FromShard): void => self.postMessage(message);

let shard: RunningShard | undefined;

self.onmessage = ({ data }: MessageEvent<ToShard>): void => {
  if (data.kind === "start") {
    configureLogging(data.config.log);
    RunningShard.start(data, post).then((started) => {
      shard = started;
      post({ kind: "started" });
    }, (error) => post({ kind: "failed", error }));
  } else if (shard !== undefined) receive(shard, data);
};

function receive(shard: RunningShard, message: Exclude<ToShard, { kind: "start" }>): void {
  switch (message.kind) {
    case "connection":
      return shard.logins.take(message.id, message.connection);
    case "close":
      return shard.logins.close(message.id);
    case "served":
      return shard.logins.served(message.id, message.here);
    case "reconfigure":
      configureLogging(message.config.log);
      return shard.reconfigure(message, message.removed);
    case "drain":
      shard.daemon.proxy.sessions.draining = message.on;
      return;
    case "log-level":
      return void setLogLevel(message.level, message.topic);
    case "question":
      return void reply(shard, message);
    case "stop":
      return void shard.stop(message.keep).then(() => post({ kind: "stopped" }));
  }
}

async function reply(
  shard: RunningShard,
  { id, question, argument }: Extract<ToShard, { kind: "question" }>,
): Promise<void> {
  try {
    post({ kind: "answer", id, answer: await answerOf(shard, question, argument) });
  } catch (error) {
    post({ kind: "answer", id, answer: undefined, error: String(error) });
  }
}

/** The answer to a question: captures belong to the thread, most others are the admin API's. */
function answerOf(
  { daemon, captures }: RunningShard,
  question: string,
  argument: unknown,
): unknown {
  switch (question) {
    case "alive":
      return true;
    case "capture-begin":
      return captures.begin(argument as RemoteRequest);
    case "capture-read":
      return captures.read(argument as number);
    case "capture-end":
      return captures.end(argument as number);
    default:
      return answer(daemon, question, argument);
  }
}
