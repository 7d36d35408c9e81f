import type { Change } from "../config/diff.ts";
import { withConfigKey } from "../config/with_config_key.ts";
import { compareServerFiles, type ServerFiles } from "../config/files/files.ts";
import { sentence } from "../config/finding.ts";
import { sharedSecretFaults } from "../config/files/shared_secrets.ts";
import { logger } from "../log.ts";
import type { ServerCredentials } from "../tunnel/authenticate.ts";
import { TicketReader } from "../tunnel/admission/ticket.ts";
import type { Listener, Renewal } from "../tunnel/transport/listener.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { ServerEvents } from "./server_events.ts";

const log = logger("config");

/** Names of clients that were removed from the configuration. */
export type RemovedClients = readonly string[];

/** A server's certificate, and the clients that may log in. */
export class ServerAccess {
  #files: ServerFiles;
  #tickets: TicketReader;

  constructor(files: ServerFiles) {
    this.#files = files;
    this.#tickets = new TicketReader(files.secrets);
    warnOfShared(files);
  }

  /** Returns the credentials for new connections. */
  credentials(): ServerCredentials {
    const { certificate, secrets } = this.#files;
    return { fingerprint: certificate.fingerprint, secrets: (name) => secrets.get(name) ?? [] };
  }

  /** Identifies clients by their tickets. */
  get tickets(): TicketReader {
    return this.#tickets;
  }

  /** The server's own certificate. */
  get certificates(): UsedCertificate[] {
    return [{ ...this.#files.certificate, use: "own" }];
  }

  /** Whether a client of this name is configured. */
  knows(name: string): boolean {
    return this.#files.secrets.has(name);
  }

  /**
   * Compares new files, and returns the changes and how to apply them: new connections get the
   * certificate, and logins need the secrets.
   */
  prepare(
    files: ServerFiles,
    listeners: readonly Listener[],
    configFile: string,
  ): { content: Change[]; commit: () => Promise<RemovedClients> } {
    const content = compareServerFiles(this.#files, files);
    const isRenewed = content.some(({ key }) =>
      key === "tunnel.certificate" || key === "tunnel.key"
    );
    return {
      content,
      commit: async () => {
        const renewals = isRenewed ? await this.#renewAll(files, listeners, configFile) : [];
        const removed = [...this.#files.secrets.keys()].filter((name) => !files.secrets.has(name));
        this.#files = files;
        this.#tickets = new TicketReader(files.secrets);
        warnOfShared(files);
        for (const renewal of renewals) renewal.commit();
        return removed;
      },
    };
  }

  /** Renews the certificate on all listeners or on none. */
  async #renewAll(
    { certificate, key }: ServerFiles,
    listeners: readonly Listener[],
    configFile: string,
  ): Promise<Renewal[]> {
    const renewals: Renewal[] = [];
    try {
      for (const listener of listeners) {
        const renew = () => listener.renew(certificate.pem, key);
        renewals.push(await withConfigKey(configFile, "tunnel.certificate", renew));
      }
      return renewals;
    } catch (error) {
      for (const renewal of renewals) renewal.cancel();
      throw error;
    }
  }
}

function warnOfShared({ secrets }: ServerFiles): void {
  for (const fault of sharedSecretFaults(secrets)) {
    log.warning("secret shared", { detail: sentence(fault) });
  }
}

/** TLS alerts of a client that rejects the certificate, as worded by Deno. */
const NOT_ACCEPTED =
  /received fatal alert: (?:UnknownCA|BadCertificate|DecryptError|Certificate\w+)/;

/** Adds to a rejection the SHA-256 of the certificate that the client did not accept. */
export function namingCertificate(
  events: ServerEvents,
  access: Pick<ServerAccess, "credentials">,
): ServerEvents {
  return {
    ...events,
    rejected(host, address, end): void {
      if (!NOT_ACCEPTED.test(end.detail)) return events.rejected(host, address, end);
      const sha256 = access.credentials().fingerprint.toHex();
      const detail = `${end.detail}: the client has not pinned our certificate, SHA-256 ${sha256}`;
      events.rejected(host, address, { reason: "not-authenticated", by: "peer", detail });
    },
  };
}
