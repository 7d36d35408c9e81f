/** A shard's thread that starts, and fails at the first question. */
/// <reference lib="deno.worker" />
self.onmessage = ({ data: { kind } }: MessageEvent<{ kind: string }>): void => {
  if (kind === "start") self.postMessage({ kind: "started" });
  if (kind === "question") throw new Error("out of order");
};
