/** Ports for servers of tests whose configuration must name one. */

/**
 * Ports below those that the kernel chooses for connections and for port 0 (ip(7),
 * ip_local_port_range): no other process gets one of them between this choice and its use.
 */
const [FIRST, COUNT] = [10_000, 20_000];

let chosen = Math.floor(Math.random() * COUNT);

/** Returns a port of 127.0.0.1 that is free for TCP and UDP, each time another one. */
export function freePort(): number {
  for (let tries = 0; tries < COUNT; tries++) {
    chosen = (chosen + 1) % COUNT;
    if (isFree(FIRST + chosen)) return FIRST + chosen;
  }
  throw new Error("No port of 127.0.0.1 is free");
}

function isFree(port: number): boolean {
  const address = { hostname: "127.0.0.1", port };
  try {
    using _stream = Deno.listen(address);
    Deno.listenDatagram({ transport: "udp", ...address }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
