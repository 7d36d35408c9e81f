import { pppoeProxyCommand } from "../lab/shipped.ts";

/** Result of a run of the program. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Maximum duration of a run, in milliseconds. */
const DEADLINE = 60_000;

/** Runs the program until it exits; sends SIGTERM at the deadline. */
export async function pppoeProxy(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { program, args } = pppoeProxyCommand(...words);
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1", ...env },
    signal: AbortSignal.timeout(DEADLINE),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs `use` with a temporary directory that is removed afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Leaves a socket file without a listener, as a crashed daemon does. */
export async function leaveStaleSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}.open` });
  await Deno.rename(`${path}.open`, path); // close() removes only the original name
  listener.close();
}
