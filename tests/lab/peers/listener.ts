/** Listens to a wire as a capture does. */
import { FrameIntake } from "../../../ffi/link/frame_intake.ts";
import { newStatistics } from "../../../ffi/link/link.ts";
import { bindSocket, openSocket } from "../../../ffi/link/packet_socket.ts";
import { FrameReader } from "../../../ffi/link/plain_receiver.ts";
import { libc } from "../../../ffi/libc.ts";
import { Poller } from "../../../ffi/poll/poller.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION } from "../../../src/pppoe/constants.ts";
import { observe, type Observed } from "./observed.ts";

/** Frames that are taken between two turns of the event loop. */
const BATCH = 256;

/**
 * Passes on all PPPoE frames that arrive at an interface. It has no socket that sends, so that a
 * daemon on this interface does not take it for another program that answers customers.
 */
export function listen(name: string, receive: (frame: Observed) => void): AsyncDisposable {
  const socket = openSocket({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
    kind: "plain",
  });
  libc().close(socket.sendFd);
  bindSocket(socket);
  const statistics = newStatistics();
  const reader = new FrameReader(socket.fd, statistics, new FrameIntake(statistics));
  const sink = {
    frame(bytes: Uint8Array, _view: DataView, offset: number, length: number) {
      receive(observe(bytes.slice(offset, offset + length)));
    },
    batchEnd() {},
    state() {},
  };
  const poller = new Poller();
  let isOpen = true;
  const run = async () => {
    while (isOpen) {
      await poller.wait(socket.fd);
      for (let taken = 0; isOpen && taken < BATCH && reader.read(sink);) taken++;
    }
    poller.release();
    libc().close(socket.fd);
  };
  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      isOpen = false;
      poller.wake();
      await running;
    },
  };
}
