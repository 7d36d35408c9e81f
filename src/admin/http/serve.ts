/** Serves HTTP on accepted connections, with timeouts. */
import { MAX_STREAMS, type RequestContext } from "./request_context.ts";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { logger } from "../../log.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import type { Access, Caller, ConnectionObserver, Serve } from "./access.ts";
import { makeApp } from "./app.ts";
import { ConnectionStream } from "./connection_stream.ts";
import { WebAccess } from "./web_access.ts";

const log = logger("admin");

/** Timeout for a request, and for its response, in milliseconds. */
const REQUEST_TIMEOUT = 10_000;
/** Timeout for a request's head, in milliseconds: until it is complete, the caller is unknown. */
const HEAD_TIMEOUT = 3_000;
/** Maximum size of a request's head, in bytes. */
const MAX_HEAD = 16 * 1024;

const UNOBSERVED: ConnectionObserver = { proven() {}, answered() {} };

/** The state of a connection. */
interface Connected {
  access: Access;
  caller: Caller;
  observer: ConnectionObserver;
  idleTimeout: IdleTimeout;
}

/** Calls back unless it is fed in time. */
class IdleTimeout {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: number;
  #expired: () => void;

  constructor(patience: number, expired: () => void) {
    this.#patience = patience;
    this.#expired = expired;
    this.restart(Math.min(patience, HEAD_TIMEOUT));
  }

  restart(patience = this.#patience): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#expired, patience);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Returns the function that serves the connections of one daemon. */
export function makeServe(daemon: Daemon, patience = REQUEST_TIMEOUT): Serve {
  const app = makeApp(daemon);
  const connected = new WeakMap<object, Connected>();
  const streams = new Map<string, number>();
  const webAccess = new WebAccess({
    now: () => performance.now(),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  const listener = getRequestListener((request, env) => {
    const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse };
    const { access, caller, observer, idleTimeout } = about(incoming);
    const stream = (): boolean => {
      const key = `${access.kind} ${context.role}`;
      const open = streams.get(key) ?? 0;
      if (open >= MAX_STREAMS) return false;
      streams.set(key, open + 1);
      idleTimeout.stop();
      outgoing.on("close", () => streams.set(key, (streams.get(key) ?? 1) - 1));
      return true;
    };
    const context: RequestContext = {
      access,
      caller,
      role: undefined,
      webAccess,
      acted: false,
      proven: (role) => observer.proven(role),
      stream,
    };
    return app.fetch(request, context);
  }, { overrideGlobalObjects: false, hostname: "localhost" });
  const about = ({ socket }: IncomingMessage): Connected => {
    const known = connected.get(socket);
    if (known === undefined) throw new TypeError("Request without a known connection");
    return known;
  };
  const server = createServer({ maxHeaderSize: MAX_HEAD }, (incoming, outgoing) => {
    const { idleTimeout } = about(incoming);
    idleTimeout.restart();
    // Node's server ends such a stream after each response, so keep-alive must be off.
    outgoing.shouldKeepAlive = false;
    outgoing.on("finish", () => idleTimeout.restart());
    listener(incoming, outgoing);
  });
  server.on("clientError", (_error: Error, socket: ConnectionStream) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });
  return async (connection, access, caller = {}, observer = UNOBSERVED) => {
    const stream = new ConnectionStream(connection);
    const idleTimeout = new IdleTimeout(patience, () => stream.destroy());
    connected.set(stream, { access, caller, observer, idleTimeout });
    const ended = new Promise<void>((resolve) => stream.on("close", resolve));
    stream.on("finish", () => observer.answered());
    stream.on("error", (error) => log.debug("connection lost", { error: error.message }));
    server.emit("connection", stream);
    await ended;
    idleTimeout.stop();
  };
}
