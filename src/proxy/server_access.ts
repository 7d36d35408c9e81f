import { blaming } from "../config/blame.ts";
import { compareServerFiles, type ServerFiles } from "../config/files.ts";
import { sharedSecretWarnings } from "../config/shared_secrets.ts";
import type { ServerConfig } from "../config/types.ts";
import { logger } from "../log.ts";
import type { ServerCredentials } from "../tunnel/authenticate.ts";
import { TicketReader } from "../tunnel/ticket.ts";
import type { Listener, Renewal } from "../tunnel/transport.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { Proxy } from "./proxy.ts";
import type { Prepared } from "./reload.ts";
import type { ServerEvents } from "./server.ts";

const log = logger("config");

/** Who may connect to a server and what they may have; all of it can change while it runs. */
export class ServerAccess {
  #config: ServerConfig;
  #files: ServerFiles;
  #tickets: TicketReader;
  #sessions = new Map<string, number | undefined>();

  /** `config` is the one in use, which changes in place. */
  constructor(config: ServerConfig, files: ServerFiles) {
    this.#config = config;
    this.#files = files;
    this.#tickets = new TicketReader(files.secrets);
    this.#listSessions();
    warnOfShared(files);
  }

  /** What connections are authenticated by from now on. */
  credentials(): ServerCredentials {
    const { certificate, secrets } = this.#files;
    return { fingerprint: certificate.fingerprint, secrets: (name) => secrets.get(name) ?? [] };
  }

  /** What tells clients by their tickets. */
  get tickets(): TicketReader {
    return this.#tickets;
  }

  /** The certificate that the server is known by. */
  get certificates(): UsedCertificate[] {
    return [{ ...this.#files.certificate, use: "own" }];
  }

  /** Whether there is a client of this name. */
  knows(name: string): boolean {
    return this.#files.secrets.has(name);
  }

  /** Sessions that a client may have. */
  sessionsOf(name: string): number {
    return this.#sessions.get(name) ?? this.#config.limits.sessionsPerClient;
  }

  /**
   * Takes over another configuration: new connections see its certificate, the next login needs its
   * secrets, and clients that it does not name are expelled.
   */
  prepare(
    next: ServerConfig,
    files: ServerFiles,
    listeners: readonly Listener[],
    proxy: Proxy,
  ): Promise<Prepared> {
    const renewed = compareServerFiles(this.#files, files).some(({ key }) =>
      key === "tunnel.certificate" || key === "tunnel.key"
    );
    return Promise.resolve({
      content: compareServerFiles(this.#files, files),
      commit: async (adopt) => {
        const renewals = renewed ? await this.#renewAll(next, files, listeners) : [];
        const removed = [...this.#files.secrets.keys()].filter((name) => !files.secrets.has(name));
        adopt();
        this.#files = files;
        this.#tickets = new TicketReader(files.secrets);
        this.#listSessions();
        warnOfShared(files);
        for (const renewal of renewals) renewal.commit();
        for (const name of removed) proxy.expel(name, this.#config.tunnel.shutdownGrace);
      },
    });
  }

  /** All listeners show the certificate, or none does. */
  async #renewAll(
    { file }: ServerConfig,
    { certificate, key }: ServerFiles,
    listeners: readonly Listener[],
  ): Promise<Renewal[]> {
    const renewals: Renewal[] = [];
    try {
      for (const listener of listeners) {
        const renew = () => listener.renew(certificate.pem, key);
        renewals.push(await blaming(file, "tunnel.certificate", renew));
      }
      return renewals;
    } catch (error) {
      for (const renewal of renewals) renewal.cancel();
      throw error;
    }
  }

  #listSessions(): void {
    this.#sessions = new Map(this.#config.clients.map(({ name, sessions }) => [name, sessions]));
  }
}

function warnOfShared({ secrets }: ServerFiles): void {
  for (const detail of sharedSecretWarnings(secrets)) log.warning("secret is shared", { detail });
}

/** Alerts of a client that does not accept the certificate, in the words of Deno's TLS. */
const NOT_ACCEPTED =
  /received fatal alert: (?:UnknownCA|BadCertificate|DecryptError|Certificate\w+)/;

/** Says which certificate it was that a client did not accept. */
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
      events.rejected(host, address, { ...end, detail });
    },
  };
}
