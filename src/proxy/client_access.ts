import { blaming } from "../config/blame.ts";
import { type ClientFiles, compareClientFiles } from "../config/files.ts";
import type { ClientConfig } from "../config/types.ts";
import type { ClientCredentials } from "../tunnel/authenticate.ts";
import { certificateName } from "../tunnel/quic.ts";
import type { Endpoint, Trust } from "../tunnel/tls.ts";
import type { Prepared } from "./reload.ts";

/** What a client dials with: its name, its secret and whom it trusts. Each dial uses the latest. */
export class ClientAccess {
  #config: ClientConfig;
  #files: ClientFiles;

  /** `config` is the one in use, which changes in place. Throws where QUIC cannot use a pin. */
  constructor(config: ClientConfig, files: ClientFiles) {
    checkPin(config, files);
    this.#config = config;
    this.#files = files;
  }

  get credentials(): ClientCredentials {
    const { secret, pin } = this.#files;
    return { name: this.#config.tunnel.name, secret, pin };
  }

  /** What makes a server's certificate acceptable. */
  trust(server: Endpoint): Trust {
    const { serverCertificate, serverCa, serverName } = this.#config.tunnel;
    const { trusted } = this.#files;
    if (serverCertificate !== undefined) return { kind: "pin", certificate: trusted };
    const name = serverName ?? server.host;
    return serverCa === "system"
      ? { kind: "system", name }
      : { kind: "authority", certificates: trusted, name };
  }

  /** Takes over another configuration for the next dial. */
  async prepare(next: ClientConfig, files: ClientFiles): Promise<Prepared> {
    await blaming(next.file, "tunnel.server_certificate", () => checkPin(next, files));
    return {
      content: compareClientFiles(this.#files, files),
      commit: (adopt) => {
        adopt();
        this.#files = files;
        return Promise.resolve();
      },
    };
  }
}

function checkPin({ tunnel }: ClientConfig, { pin, trusted }: ClientFiles): void {
  if (tunnel.transport === "quic" && pin !== undefined) certificateName(trusted);
}
