/**
 * Helper processes of the bench, which live as long as it does, so that a trial does not begin with
 * the start of a program. Requests and answers are lines of JSON on standard input and output.
 */

/** A running helper; asks one thing at a time. */
export class Station {
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #answers: AsyncGenerator<string>;
  #name: string;

  /** Starts a script of this folder. It ends when this process does. */
  constructor(script: string) {
    const path = new URL(script, import.meta.url).pathname;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--cached-only", "--quiet", path],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#child.unref();
    this.#name = script;
    this.#input = this.#child.stdin.getWriter();
    this.#answers = lines(this.#child.stdout);
  }

  /** Process id of the helper. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Ends the helper. */
  stop(): void {
    this.#child.kill("SIGKILL");
  }

  /** Sends a request and resolves with its answer; rejects if the helper has ended. */
  async ask<Answer>(request: unknown): Promise<Answer> {
    this.#child.ref(); // an idle helper does not keep this process alive
    await this.#input.write(encode(request));
    const { value, done } = await this.#answers.next();
    this.#child.unref();
    if (done) throw new Error(`${this.#name} ended without an answer`);
    return JSON.parse(value);
  }
}

/** In a helper: answers requests one by one until standard input ends. */
export async function serveRequests<Request>(
  answer: (request: Request) => unknown,
): Promise<void> {
  for await (const line of lines(Deno.stdin.readable)) {
    await Deno.stdout.write(encode(await answer(JSON.parse(line))));
  }
}

function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + part).split("\n");
    rest = whole.pop() ?? "";
    yield* whole;
  }
}
