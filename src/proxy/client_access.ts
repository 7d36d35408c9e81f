import type { Route } from "../../ffi/routed_socket.ts";
import { type ClientFiles, compareClientFiles } from "../config/files.ts";
import type { ClientConfig } from "../config/types.ts";
import type { ClientCredentials } from "../tunnel/authenticate.ts";
import { TicketSigner } from "../tunnel/ticket.ts";
import type { Trust } from "../tunnel/tls.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { Prepared } from "./reload.ts";

/** What a client dials with: its name, its secret and whom it trusts. Each dial uses the latest. */
export class ClientAccess {
  #config: ClientConfig;
  #files: ClientFiles;
  #tickets = new TicketSigner(Date.now);

  /** `config` is the one in use, which changes in place. */
  constructor(config: ClientConfig, files: ClientFiles) {
    this.#config = config;
    this.#files = files;
  }

  get credentials(): ClientCredentials {
    const { secret, pins } = this.#files;
    const { name } = this.#config.tunnel;
    return { name, secret, pins: pins.map(({ fingerprint }) => fingerprint) };
  }

  /** The next ticket. */
  ticket(): string {
    return this.#tickets.next(this.#config.tunnel.name, this.#files.secret);
  }

  /** The pins. */
  get certificates(): UsedCertificate[] {
    return this.#files.pins.map((pin) => ({ ...pin, use: "pinned" }));
  }

  /** How the tunnel's packets leave. */
  get route(): Route {
    const { bindInterface, mark } = this.#config.tunnel;
    return { interface: bindInterface, mark };
  }

  /** Which servers are accepted. */
  get trust(): Trust {
    return { certificates: this.#files.pins.map(({ pem }) => pem) };
  }

  /** Takes over another configuration for the next dial. */
  prepare(_next: ClientConfig, files: ClientFiles): Promise<Prepared> {
    return Promise.resolve({
      content: compareClientFiles(this.#files, files),
      commit: (adopt) => {
        adopt();
        this.#files = files;
        return Promise.resolve();
      },
    });
  }
}
