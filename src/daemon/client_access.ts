import type { ClientFiles } from "../config/files/files.ts";
import type { ClientConfig } from "../config/types.ts";
import { TicketSigner } from "../tunnel/admission/ticket.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { ClientSettings } from "./client_options.ts";

/** A client's credentials, and the certificates that it accepts. */
export class ClientAccess {
  #name: string;
  #files: ClientFiles;
  #tickets = new TicketSigner(Date.now);

  /** `name` is the client's name. */
  constructor(name: string, files: ClientFiles) {
    this.#name = name;
    this.#files = files;
  }

  /** The files in use. */
  get files(): ClientFiles {
    return this.#files;
  }

  /** Makes the next ticket. */
  ticket(): string {
    return this.#tickets.next(this.#name, this.#files.secret);
  }

  /** The pinned certificates. */
  get certificates(): UsedCertificate[] {
    return this.#files.pins.map((pin) => ({ ...pin, use: "pinned" }));
  }

  /** Replaces the files from now on. */
  replace(files: ClientFiles): void {
    this.#files = files;
  }
}

/** Returns the settings for a client's next dial. */
export function clientSettings({ tunnel }: ClientConfig, files: ClientFiles): ClientSettings {
  const { name, bindInterface, mark, mss, choice, keepalive, reconnect, connectTimeout } = tunnel;
  const { secret, pins } = files;
  return {
    credentials: { name, secret, pins: pins.map(({ fingerprint }) => fingerprint) },
    trust: { certificates: pins.map(({ pem }) => pem) },
    route: { interface: bindInterface, mark, maxSegment: mss },
    ...{ choice, keepalive, reconnect, connectTimeout },
  };
}
