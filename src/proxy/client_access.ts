import type { ClientFiles } from "../config/files.ts";
import type { ClientConfig } from "../config/types.ts";
import { TicketSigner } from "../tunnel/ticket.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { ClientSettings } from "./client.ts";

/** What a client logs in with and which certificates it accepts. */
export class ClientAccess {
  #name: string;
  #files: ClientFiles;
  #tickets = new TicketSigner(Date.now);

  /** `name` is the client's. */
  constructor(name: string, files: ClientFiles) {
    this.#name = name;
    this.#files = files;
  }

  /** The files in use. */
  get files(): ClientFiles {
    return this.#files;
  }

  /** The next ticket. */
  ticket(): string {
    return this.#tickets.next(this.#name, this.#files.secret);
  }

  /** The pins. */
  get certificates(): UsedCertificate[] {
    return this.#files.pins.map((pin) => ({ ...pin, use: "pinned" }));
  }

  /** Uses other files from now on. */
  replace(files: ClientFiles): void {
    this.#files = files;
  }
}

/** What a client dials with. */
export function clientSettings({ tunnel }: ClientConfig, files: ClientFiles): ClientSettings {
  const { name, bindInterface, mark, choice, keepalive, reconnect, connectTimeout } = tunnel;
  const { secret, pins } = files;
  return {
    credentials: { name, secret, pins: pins.map(({ fingerprint }) => fingerprint) },
    trust: { certificates: pins.map(({ pem }) => pem) },
    route: { interface: bindInterface, mark },
    ...{ choice, keepalive, reconnect, connectTimeout },
  };
}
