import type { Machine } from "./page/page_result.ts";

/** Describes the machine that the bench runs on. */
export function thisMachine(): Machine {
  const info = Deno.readTextFileSync("/proc/cpuinfo");
  return {
    cpu: /^(?:model name|Model|cpu model)\s*: (.*)$/m.exec(info)?.[1].trim() ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    kernel: Deno.osRelease(),
    deno: Deno.version.deno,
  };
}
