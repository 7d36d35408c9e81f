import type { UdpSocket } from "../../ffi/udp_socket.ts";

/** Counts what the kernel drops of UDP sockets, of those that are closed, too. */
export class UdpDrops {
  #open = new Set<UdpSocket>();
  #former = 0;

  /** Counts a socket's from now on; the function has to be called before the socket is closed. */
  follow(socket: UdpSocket): () => void {
    this.#open.add(socket);
    return () => {
      if (this.#open.delete(socket)) this.#former += socket.drops;
    };
  }

  /** Datagrams that the kernel has dropped so far: no room in a socket, or refused by its filter. */
  get total(): number {
    return [...this.#open].reduce((sum, { drops }) => sum + drops, this.#former);
  }
}
