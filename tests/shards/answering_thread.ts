/** A shard's thread that answers every question with their number, and stops when asked to. */
/// <reference lib="deno.worker" />
let questions = 0;
self.onmessage = ({ data: { kind, id } }: MessageEvent<{ kind: string; id: number }>): void => {
  if (kind === "start") self.postMessage({ kind: "started" });
  if (kind === "question") self.postMessage({ kind: "answer", id, answer: ++questions });
  if (kind === "stop") self.postMessage({ kind: "stopped" });
};
