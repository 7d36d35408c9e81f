import { logger } from "../log.ts";
import type { Elsewhere } from "../daemon/reception.ts";
import type { ShardHost } from "../daemon/shards.ts";
import { HandshakeError } from "../tunnel/authenticate.ts";
import { wireKey } from "../state/record.ts";
import type { FromShard, HandedConnection, ShardStart, ToShard } from "./messages.ts";

const log = logger("main");

/** Time for what a thread does at its end beyond closing its tunnels, in milliseconds. */
const STOP_TIME = 5_000;
/** Interval between checks of whether a thread still answers, in milliseconds. */
const PROBE_INTERVAL = 10_000;
/** Number of such intervals without an answer after which a thread counts as hung. */
const MAX_UNANSWERED = 3;

/** What the first thread does for one shard. */
interface Host extends ShardHost {
  /** Notes a login; returns whether that shard serves the client. */
  login(client: string, shard: number, host: string): boolean;
}

/** A login that runs on the shard's thread. */
interface Login {
  host: string;
  loggedIn: PromiseWithResolvers<string>;
}

/**
 * One further thread, as the first one sees it. It ends when it has stopped, or with an error,
 * which ends the daemon: the sessions of a lost thread can only be resumed by another process.
 */
export class ShardThread {
  readonly index: number;
  #worker: Worker;
  #host: Host | undefined;
  #started = Promise.withResolvers<void>();
  #ended = Promise.withResolvers<void>();
  #ids = 0;
  #probeInterval: number;
  #probing: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  #logins = new Map<number, Login>();
  #questions = new Map<number, PromiseWithResolvers<unknown>>();

  /** `module` is that of the thread; checks of it are `probe` milliseconds apart. */
  constructor(
    index: number,
    module = new URL("./shard_worker.ts", import.meta.url),
    probe = PROBE_INTERVAL,
  ) {
    this.index = index;
    this.#probeInterval = probe;
    this.#worker = new Worker(module, { type: "module", name: `shard-${index}` });
    this.#worker.onmessage = ({ data }: MessageEvent<FromShard>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`Thread of shard ${index} failed: ${event.message}`));
    };
    this.#ended.promise.catch(() => {}); // waited for later
    this.#started.promise.catch(() => {});
  }

  /** Resolves when the thread has stopped; rejects with the error that ended it. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Resolves when the thread forwards frames. */
  async start(start: ShardStart, host: Host): Promise<void> {
    this.#host = host;
    this.post({ kind: "start", ...start });
    await this.#started.promise;
  }

  post(message: ToShard): void {
    this.#worker.postMessage(message);
  }

  /** Hands the thread a connection. */
  take(connection: HandedConnection): Elsewhere {
    const id = ++this.#ids;
    const loggedIn = Promise.withResolvers<string>();
    this.#logins.set(id, { host: connection.remote.host, loggedIn });
    this.post({ kind: "connection", id, connection });
    return {
      loggedIn: loggedIn.promise,
      close: () => {
        if (this.#logins.delete(id)) this.post({ kind: "close", id });
      },
    };
  }

  ask(question: string, argument: unknown): Promise<unknown> {
    const id = ++this.#ids;
    const asked = Promise.withResolvers<unknown>();
    this.#questions.set(id, asked);
    this.post({ kind: "question", id, question, argument });
    return asked.promise;
  }

  /**
   * Resolves when the thread has stopped, or has failed; it fails if it does not stop within `grace`
   * milliseconds and some more.
   */
  async stop(keep: boolean, grace: number): Promise<void> {
    this.post({ kind: "stop", keep });
    const late = () => this.#fail(new Error(`Thread of shard ${this.index} did not stop in time`));
    const timer = setTimeout(late, grace + STOP_TIME);
    await this.#ended.promise.catch(() => {});
    clearTimeout(timer);
  }

  /** A thread in an endless loop would hold its sessions for ever; the daemon ends instead. */
  #probe(): void {
    if (this.#unanswered >= MAX_UNANSWERED) {
      return this.#fail(new Error(`Thread of shard ${this.index} does not answer`));
    }
    this.#unanswered++;
    const answered = (): void => void (this.#unanswered = 0);
    this.ask("alive", undefined).then(answered, answered);
  }

  #fail(error: Error): void {
    this.#end();
    this.#started.reject(error);
    this.#ended.reject(error);
    for (const { loggedIn } of this.#logins.values()) loggedIn.reject(error);
    for (const asked of this.#questions.values()) asked.reject(error);
    log.error("thread failed", { shard: this.index, error: error.message });
  }

  #end(): void {
    clearInterval(this.#probing);
    this.#worker.terminate();
  }

  #receive(message: FromShard): void {
    switch (message.kind) {
      case "started":
        this.#probing = setInterval(() => this.#probe(), this.#probeInterval);
        return this.#started.resolve();
      case "failed":
        return this.#fail(message.error);
      case "login":
        return this.#login(message.id, message.client);
      case "refused":
        return this.#refused(message.id, new HandshakeError(message.end));
      case "answer":
        return this.#answered(message);
      case "stopped":
        this.#end();
        return this.#ended.resolve();
      default:
        if (this.#host !== undefined) notify(this.#host, message);
    }
  }

  #login(id: number, client: string): void {
    const login = this.#logins.get(id);
    this.#logins.delete(id);
    // Without an entry its time was over before the message arrived.
    const here = login !== undefined && this.#host?.login(client, this.index, login.host) === true;
    this.post({ kind: "served", id, here });
    login?.loggedIn.resolve(client);
  }

  #answered({ id, answer, error }: Extract<FromShard, { kind: "answer" }>): void {
    const asked = this.#questions.get(id);
    this.#questions.delete(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(`Shard ${this.index} cannot answer: ${error}`));
  }

  #refused(id: number, error: HandshakeError): void {
    this.#logins.get(id)?.loggedIn.reject(error);
    this.#logins.delete(id);
  }
}

type News = Extract<
  FromShard,
  { kind: "left" | "opened" | "closed" | "counted" | "stories" | "event" }
>;

function notify({ journal, monitor, stories, known }: ShardHost, message: News): void {
  switch (message.kind) {
    case "left":
      return known(message.client, message.host);
    case "opened":
      return journal.opened(message.session);
    case "closed":
      return journal.closed(message.session, message.end, message.counters);
    case "counted": {
      const counters = new Map(message.sessions);
      return journal.checkpoint((session) => counters.get(wireKey(session)));
    }
    case "stories":
      for (const each of message.mail) stories.add(...each);
      return;
    case "event":
      return monitor.emit(message.event, message.facts);
  }
}
