import { abandon } from "../../src/tunnel/transport/connection.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { dial, listen } from "../../src/tunnel/transport.ts";
import { PATIENCE } from "../until.ts";
import { issue } from "./authority.ts";

closeTrust();

const pinned = await issue();
const trust = { certificates: [pinned.certificate] };

Deno.test({
  name: "N1: a name's address that does not answer keeps no dial away from its other one",
  sanitizeOps: false, // Deno closes QUIC's sockets later
  sanitizeResources: false,
  fn: async () => {
    const [silent, server] = ["127.0.0.9", "127.0.0.1"];
    const how = {
      resolve: () => Promise.resolve([{ address: silent }, { address: server }]),
      route: { maxSegment: 1_220 },
    };
    for (const transport of ["tls", "quic"] as const) {
      const { certificate, key } = pinned;
      const listener = listen(transport, { host: server, port: 0 }, certificate, key, () => {});
      const to = { host: "proxy.example", port: listener.port };
      using _deaf = await Deaf.open(transport, silent, to.port);
      const accepted = listener.accept();
      const opening = accepted.then((incoming) => incoming.open()).catch(() => {});
      const connection = await dial(transport, to, trust, PATIENCE / 6, () => {}, how);
      const incoming = await accepted;
      abandon(connection);
      incoming.close();
      listener.close();
      if (transport === "tls") await opening;
    }
  },
});

/** A port that answers nothing: a TCP one with a full backlog, or a UDP one that nobody reads. */
class Deaf implements Disposable {
  #parts: { close(): void }[];

  private constructor(parts: { close(): void }[]) {
    this.#parts = parts;
  }

  static async open(transport: "tls" | "quic", hostname: string, port: number): Promise<Deaf> {
    if (transport === "quic") {
      return new Deaf([Deno.listenDatagram({ transport: "udp", hostname, port })]);
    }
    const listener = Deno.listen({ hostname, port, tcpBacklog: 1 });
    const connections = [1, 2].map(() => Deno.connect({ hostname, port }));
    return new Deaf([listener, ...await Promise.all(connections)]);
  }

  [Symbol.dispose](): void {
    this.#parts.forEach(abandon);
  }
}
