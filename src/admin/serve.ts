/** Serves HTTP on connections that were accepted elsewhere, within limits of time. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { logger } from "../log.ts";
import type { Daemon } from "../proxy/daemon_interface.ts";
import type { Access, Serve } from "./admin.ts";
import { makeApp } from "./app.ts";
import { ConnectionStream } from "./connection_stream.ts";

const log = logger("admin");

/** For a request's head, for its answer, and between two requests. Milliseconds. */
export const PATIENCE = 10_000;
/** Bytes of a request's head. */
const MAX_HEAD = 16 * 1024;

/** What a route knows of its connection. */
export interface Asked {
  access: Access;
  /** The answer is a stream, which goes on for as long as the client likes. */
  unhurried(): void;
}

/** A connection is given up when this is not called in time. */
class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #bark: () => void;

  constructor(bark: () => void) {
    this.#bark = bark;
    this.feed();
  }

  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#bark, PATIENCE);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** What serves the connections of one daemon. */
export function makeServe(daemon: Daemon): Serve {
  const app = makeApp(daemon);
  const asked = new WeakMap<object, Asked & { watchdog: Watchdog }>();
  const listener = getRequestListener((request, env) => {
    const { incoming } = env as { incoming: IncomingMessage };
    const about = asked.get(incoming.socket);
    if (about === undefined) throw new TypeError("A request without a connection");
    return app.fetch(request, about);
  }, { overrideGlobalObjects: false, hostname: "localhost" });
  const server = createServer({ maxHeaderSize: MAX_HEAD }, (incoming, outgoing: ServerResponse) => {
    const watchdog = asked.get(incoming.socket)?.watchdog;
    watchdog?.feed();
    outgoing.on("finish", () => watchdog?.feed());
    listener(incoming, outgoing);
  });
  server.on("clientError", (_error: Error, socket: ConnectionStream) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });
  return async (connection, access) => {
    const stream = new ConnectionStream(connection);
    const watchdog = new Watchdog(() => stream.destroy());
    asked.set(stream, { access, watchdog, unhurried: () => watchdog.stop() });
    const ended = new Promise<void>((resolve) => stream.on("close", resolve));
    stream.on("error", (error) => log.debug("connection lost", { error: error.message }));
    server.emit("connection", stream);
    await ended;
    watchdog.stop();
  };
}
