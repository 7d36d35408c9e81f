import type { Access, Serve } from "../../src/admin/http/access.ts";

/** Time to wait for an answer after the last byte, in milliseconds. */
const SILENCE = 30;
/** Endless responses, after which the connection is reset. */
const ENDLESS = /^content-type: (text\/event-stream|application\/x-pcapng)/im;

/** Sends these bytes to a server in pieces and returns the whole response. */
export async function converse(
  serve: Serve,
  access: Access,
  bytes: Uint8Array,
  piece: number,
): Promise<string> {
  const caller = new Caller(bytes, piece);
  await serve(caller as unknown as Deno.Conn, access);
  return caller.answer;
}

/** The connection that the server sees: the far end sends its bytes, reads, and closes. */
class Caller {
  answer = "";
  #rest: Uint8Array;
  #piece: number;
  #answered = Promise.withResolvers<void>();
  #decoder = new TextDecoder();

  constructor(bytes: Uint8Array, piece: number) {
    this.#rest = bytes;
    this.#piece = piece;
  }

  async read(into: Uint8Array): Promise<number | null> {
    const count = Math.min(this.#rest.length, this.#piece, into.length);
    if (count > 0) {
      into.set(this.#rest.subarray(0, count));
      this.#rest = this.#rest.subarray(count);
      return count;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<void>((resolve) => timer = setTimeout(resolve, SILENCE));
    await Promise.race([this.#answered.promise, silence]);
    clearTimeout(timer);
    if (ENDLESS.test(this.answer)) throw new Deno.errors.ConnectionReset("Connection reset");
    return null;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.answer += this.#decoder.decode(bytes, { stream: true });
    this.#answered.resolve();
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#answered.resolve();
  }
}
