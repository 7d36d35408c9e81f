import { pppoeProxyCommand } from "../lab/shipped.ts";

/** How a run of the program ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Longest run of a program that ends by itself. Milliseconds. */
const DEADLINE = 30_000;

/** Runs the program to its end; SIGTERM ends one that goes on. */
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

/** Runs `use` with a folder that is removed afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Leaves a socket's file behind that nobody listens on, as a daemon does that crashed. */
export async function leaveStaleSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}.open` });
  await Deno.rename(`${path}.open`, path); // under its own name it would go with the listener
  listener.close();
}
