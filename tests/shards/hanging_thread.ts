/** A shard's thread that starts, and then loops for ever. */
/// <reference lib="deno.worker" />
self.onmessage = (): void => {
  self.postMessage({ kind: "started" });
  self.onmessage = (): void => {
    while (performance.now() > 0);
  };
};
